import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface McpServerArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
  /** Brings the programs by which the gateway reaches it. */
  readonly bridge: Running;
}

/**
 * One catalog server, which the gateway connects to.
 *
 *     bridge → [server] → gateway
 */
export class McpServer extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec, bridge }: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpServer", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this, after: [bridge.ready] });
    this.registerOutputs({ container: this.running.id });
  }
}
