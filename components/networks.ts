import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engines/engine";
import type { NetworkName } from "../services/spec";

export interface NetworksArgs {
  readonly engine: Engine;
  readonly names: readonly NetworkName[];
}

/** The networks that services of the core and of the bundles join. */
export class Networks extends pulumi.ComponentResource {
  constructor(name: string, { engine, names }: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Networks", name, { names }, opts);
    for (const network of names) engine.network(network, this);
    this.registerOutputs({});
  }
}
