/** The core of the stack as services. Nothing here depends on which bundles are on. */
import type { Config } from "../config";
import type { GatewayCatalog } from "./catalog/gateway-catalog";
import { mcpGatewayService } from "./mcp-gateway";
import { mcpGatewayStaticService } from "./mcp-gateway-static";
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

export interface CoreSources {
  readonly catalog: GatewayCatalog;
  /** Labels of every container that the gateway starts. */
  readonly serverLabels: Readonly<Record<string, string>>;
  /** Catalog servers that it connects to instead. */
  readonly servers: readonly ServiceSpec[];
}

/** What to run as the core. */
export function coreServices(config: Config, { catalog, serverLabels, servers }: CoreSources): CoreServices {
  const changed = (spec: ServiceSpec): ServiceSpec => withOverride(spec, config.overrides[spec.name]);
  const gateway =
    config.gatewayMode === "static"
      ? mcpGatewayStaticService({ catalog, servers })
      : mcpGatewayService({ catalog, serverLabels, dynamicTools: config.gatewayDynamicTools });
  return {
    ingress: changed(traefikService(config)),
    router: changed(mcpRouterService(config)),
    gateway: changed(gateway),
    nixos: changed(mcpNixosService()),
    ...(config.auth === "oidc" ? { oidc: changed(oidcAuthService(config)) } : {}),
  };
}
