import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface IngressArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
}

/**
 * The one port that clients see. What is behind it, it looks up for each request.
 *
 *     client → [ingress] → router → gateway, mcp-nixos
 */
export class Ingress extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec }: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Ingress", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this });
    this.registerOutputs({ container: this.running.id });
  }
}
