/** Where clients find the stack: pure. */
import type { Config } from "../config";
import { HOST_ROUTES, hostOf, PATH_ROUTES } from "./routes";

/** An address that people and programs use. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
  readonly description: string;
}

/** The host by which a client on this machine reaches the ingress. */
const localHost = ({ bindAddress }: Pick<Config, "bindAddress">): string =>
  bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress;

/** The endpoints of the core, as a client on this machine uses them. */
export function coreEndpoints(config: Pick<Config, "bindAddress" | "httpPort">): Endpoint[] {
  const base = `http://${localHost(config)}:${config.httpPort}`;
  return PATH_ROUTES.filter(({ protocol }) => protocol === "mcp").map(({ path, description }) => ({
    name: path.slice(1).replaceAll("/", "-"),
    url: base + path,
    description,
  }));
}

/** All endpoints of a config: the core's, and those of the bundles that are on. */
export function stackEndpoints(
  config: Pick<Config, "bindAddress" | "httpPort" | "baseDomain" | "bundles">,
): Endpoint[] {
  const port = config.httpPort;
  const bundles = HOST_ROUTES.filter(({ bundle }) => config.bundles.includes(bundle)).map((route) => ({
    name: route.subdomain,
    // Only browsers resolve *.localhost: what programs use goes by a path.
    url:
      route.path === undefined
        ? `http://${hostOf(route, config.baseDomain)}:${port}`
        : `http://${localHost(config)}:${port}${route.path}`,
    description: route.description,
  }));
  return [...coreEndpoints(config), ...bundles];
}
