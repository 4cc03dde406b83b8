/** Where clients find the stack: pure. */
import type { Config } from "../config";
import { PATH_ROUTES } from "./routes";

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
