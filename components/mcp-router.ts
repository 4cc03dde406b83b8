import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface McpRouterArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
}

/**
 * Sends each path to its MCP server, which it looks up for each request: it need not wait for one.
 *
 *     ingress → [router] → gateway, mcp-nixos
 */
export class McpRouter extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec }: McpRouterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpRouter", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this });
    this.registerOutputs({ container: this.running.id });
  }
}
