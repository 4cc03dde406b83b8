/** Where clients find the stack: pure. */
import type { Config } from "../config";
import { HOST_ROUTES, hostOf, PATH_ROUTES } from "./routes";
import { originOf, type PublicAddress } from "./tls";

/** An address that people and programs use. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
  readonly description: string;
}

/** What an address of the ingress is made of. */
type IngressAddress = PublicAddress & Pick<Config, "bindAddress" | "baseDomain">;

/** The host by which a client on this machine reaches the ingress: certificates of the user's hold for names. */
function localHost({ bindAddress, baseDomain, tls }: IngressAddress): string {
  if (tls === "files") return baseDomain;
  return bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress;
}

/** Where the ingress itself answers. */
const baseUrl = (config: IngressAddress): string => originOf(config, localHost(config));

/** The endpoints of the core, as a client on this machine uses them. */
export function coreEndpoints(config: IngressAddress): Endpoint[] {
  const base = baseUrl(config);
  return PATH_ROUTES.map(({ path, description }) => ({
    name: path.slice(1).replaceAll("/", "-"),
    url: base + path,
    description,
  }));
}

/** All endpoints of a config: the core's, and those of the bundles that are on. */
export function stackEndpoints(config: IngressAddress & Pick<Config, "bundles">): Endpoint[] {
  const bundles = HOST_ROUTES.filter(({ bundle }) => config.bundles.includes(bundle)).map((route) => ({
    name: route.subdomain,
    // Only browsers resolve *.localhost: what programs use goes by a path.
    url: route.path === undefined ? originOf(config, hostOf(route, config.baseDomain)) : baseUrl(config) + route.path,
    description: route.description,
  }));
  return [...coreEndpoints(config), ...bundles];
}

/** The address at which clients get to a service; undefined: only other services do. */
export function serviceEndpoint(config: IngressAddress, service: string): string | undefined {
  if (service === "traefik") return baseUrl(config);
  const mcp = PATH_ROUTES.find((route) => route.service === service);
  if (mcp !== undefined) return baseUrl(config) + mcp.path;
  const host = HOST_ROUTES.find((route) => route.service === service);
  if (host === undefined) return undefined;
  return host.path === undefined ? originOf(config, hostOf(host, config.baseDomain)) : baseUrl(config) + host.path;
}
