/** The core of the stack as services. Nothing here depends on which bundles are on. */
import type { Config } from "../config";
import type { GatewayCatalog } from "./catalog/gateway-catalog";
import { mcpGatewayService } from "./mcp-gateway";
import { mcpNixosService } from "./mcp-nixos";
import { mcpRouterService } from "./mcp-router";
import { oidcAuthService } from "./oidc-auth";
import { withOverride } from "./overrides";
import type { ServiceSpec } from "./spec";
import { traefikService } from "./traefik";

export interface CoreServices {
  readonly ingress: ServiceSpec;
  readonly router: ServiceSpec;
  readonly gateway: ServiceSpec;
  readonly nixos: ServiceSpec;
  /** Signs browsers in; with `auth oidc` only. */
  readonly oidc?: ServiceSpec;
}

/** What to run as the core. `serverLabels` mark every container that the gateway starts. */
export function coreServices(
  config: Config,
  catalog: GatewayCatalog,
  serverLabels: Readonly<Record<string, string>>,
): CoreServices {
  const changed = (spec: ServiceSpec): ServiceSpec => withOverride(spec, config.overrides[spec.name]);
  return {
    ingress: changed(traefikService(config)),
    router: changed(mcpRouterService(config)),
    gateway: changed(mcpGatewayService({ catalog, serverLabels, dynamicTools: config.gatewayDynamicTools })),
    nixos: changed(mcpNixosService()),
    ...(config.auth === "oidc" ? { oidc: changed(oidcAuthService(config)) } : {}),
  };
}
