import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface McpRouterArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
  /** The MCP servers behind its paths. */
  readonly upstreams: readonly Running[];
}

/**
 * Sends each path to its MCP server.
 *
 *     ingress → [router] → gateway, mcp-nixos
 */
export class McpRouter extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec, upstreams }: McpRouterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpRouter", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this, after: upstreams.map(({ ready }) => ready) });
    this.registerOutputs({ container: this.running.id });
  }
}
