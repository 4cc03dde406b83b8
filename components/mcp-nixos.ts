import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface McpNixosArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
}

/** Search of NixOS packages and options, behind a path of the router. */
export class McpNixos extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec }: McpNixosArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:McpNixos", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this });
    this.registerOutputs({ container: this.running.id });
  }
}
