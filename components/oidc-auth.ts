import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import type { ServiceSpec } from "../services/spec";
import { runService, type Foundation } from "./service";

export interface OidcAuthArgs {
  readonly foundation: Foundation;
  readonly spec: ServiceSpec;
}

/**
 * Who signs browsers in at the provider, and knows its tokens.
 *
 *     ingress, router → [oidc-auth] → provider
 */
export class OidcAuth extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, { foundation, spec }: OidcAuthArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:OidcAuth", name, {}, opts);
    this.running = runService(spec, foundation, { parent: this });
    this.registerOutputs({ container: this.running.id });
  }
}
