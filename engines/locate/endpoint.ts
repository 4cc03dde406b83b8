/** Addresses of container engines as people write them: a path, unix://PATH or tcp://HOST:PORT. */
import path from "node:path";

/** Where an engine listens. */
export type Endpoint =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number };

/** Docker's port without TLS, which it takes for `tcp://HOST`. */
const PLAIN_PORT = 2375;

const EXPECTED = "set the absolute path of a socket, unix://PATH, or tcp://HOST:PORT without TLS";

const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  ssh: "is not supported: containers mount files of this machine, so the engine has to run on it",
  npipe: "is a Windows pipe, which is not supported: work in WSL 2, where Docker Desktop offers /var/run/docker.sock",
  https: "needs TLS, which is not supported: name the engine's socket",
};

/** As in DOCKER_HOST. */
export const hostOf = (endpoint: Endpoint): string =>
  endpoint.kind === "unix" ? `unix://${endpoint.path}` : `tcp://${endpoint.hostname}:${endpoint.port}`;

/** As people write it: the path of a socket, else as in DOCKER_HOST. */
export const placeOf = (endpoint: Endpoint): string => (endpoint.kind === "unix" ? endpoint.path : hostOf(endpoint));

function socketEndpoint(text: string, home: string): Endpoint {
  const file = text.replace(/^~(?=\/)/, home);
  if (path.isAbsolute(file)) return { kind: "unix", path: path.normalize(file) };
  throw new Error(`is no absolute path; ${EXPECTED}`);
}

function tcpEndpoint(text: string): Endpoint {
  try {
    const { hostname, port } = new URL(text);
    if (hostname) return { kind: "tcp", hostname, port: port ? Number(port) : PLAIN_PORT };
  } catch {
    // Told below, with what is expected.
  }
  throw new Error(`is no address; ${EXPECTED}`);
}

/** Reads an address; `~/` is the home directory. @throws Error whose message follows the quoted address in a sentence. */
export function parseEndpoint(text: string, home: string): Endpoint {
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1];
  if (scheme === undefined) return socketEndpoint(text, home);
  if (scheme === "unix") return socketEndpoint(text.slice("unix://".length), home);
  if (scheme === "tcp") return tcpEndpoint(text);
  throw new Error(NOT_SUPPORTED[scheme] ?? `has the unknown scheme ${scheme}://; ${EXPECTED}`);
}
