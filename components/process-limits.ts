import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engines/engine";

export interface ProcessLimitsArgs {
  /** Every service was run by it before. */
  readonly engine: Engine;
}

/** How many processes each service may have; one node for all, which runs again when a container was replaced. */
export class ProcessLimits extends pulumi.ComponentResource {
  constructor(name: string, { engine }: ProcessLimitsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:ProcessLimits", name, {}, opts);
    engine.limitProcesses(this);
    this.registerOutputs({});
  }
}
