/** Finds the container engine: the one that the user named, else the first that answers at the usual places. */
import path from "node:path";
import { askEngine, type Identity } from "./locate/ask";
import { hostOf, parseEndpoint, placeOf, type Endpoint } from "./locate/endpoint";
import { EngineNotFound, EngineUnreachable, type Tried } from "./locate/errors";
import { namedEngine, type Named, type Surroundings } from "./locate/named";

export { EngineNotFound, EngineUnreachable } from "./locate/errors";

export interface EngineAddress extends Omit<Identity, "desktop"> {
  /** As in DOCKER_HOST: unix:///PATH or tcp://HOST:PORT. */
  readonly host: string;
  /** Path of the engine's socket that a container can mount; undefined over TCP. */
  readonly socketPath: string | undefined;
  /** Why this one: "config containerSocket", "environment variable DOCKER_HOST", 'docker context "x"', or "found". */
  readonly origin: string;
}

export interface LocateOptions extends Surroundings {
  /** How long each place may take to answer, in milliseconds. @default 20000 */
  readonly timeoutMs?: number;
  /** @default the running one */
  readonly platform?: NodeJS.Platform;
  /** Replaces the usual places. */
  readonly candidates?: readonly Candidate[];
}

/** A usual place; `missing` is the unset variable that its path needs. */
export interface Candidate {
  readonly place: string;
  readonly missing?: string;
}

/** On a machine that builds images an engine was seen to take longer than 5 s. */
const TIMEOUT_MS = 20_000;
/** Where engines inside virtual machines have their socket, as seen from their containers. */
const SOCKET_IN_MACHINE = "/var/run/docker.sock";

/** The usual places of Docker, Docker Desktop on WSL, rootless Podman, and Docker Desktop, in this order. */
export function usualPlaces({ env, home }: Pick<Surroundings, "env" | "home">): Candidate[] {
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    { place: "/var/run/docker.sock" },
    { place: "/mnt/wsl/shared-docker/docker.sock" },
    runtime
      ? { place: path.join(runtime, "podman/podman.sock") }
      : { place: "$XDG_RUNTIME_DIR/podman/podman.sock", missing: "XDG_RUNTIME_DIR" },
    { place: path.join(home, ".docker/run/docker.sock") },
  ];
}

function engineAddress(
  endpoint: Endpoint,
  { desktop, ...who }: Identity,
  origin: string,
  platform: NodeJS.Platform,
): EngineAddress {
  const inMachine = desktop || platform === "darwin";
  const socket = endpoint.kind === "unix" ? endpoint.path : undefined;
  return { host: hostOf(endpoint), socketPath: socket && (inMachine ? SOCKET_IN_MACHINE : socket), ...who, origin };
}

function endpointOf({ text, origin, change }: Named, home: string): Endpoint {
  try {
    return parseEndpoint(text, home);
  } catch (fault) {
    throw new EngineUnreachable(`${origin}: "${text}" ${(fault as Error).message} (${change})`);
  }
}

async function askNamed(named: Named, options: LocateOptions): Promise<EngineAddress> {
  const endpoint = endpointOf(named, options.home);
  const answer = await askEngine(endpoint, options.timeoutMs ?? TIMEOUT_MS);
  if ("id" in answer) return engineAddress(endpoint, answer, named.origin, options.platform ?? process.platform);
  throw new EngineUnreachable(
    `no container engine at ${placeOf(endpoint)}, which ${named.origin} names: ${answer.reason}. ` +
      `Start that engine, or ${named.change}; no other engine is taken in its place`,
  );
}

/**
 * The engine named by config, CONTAINER_SOCKET, DOCKER_HOST or docker context, in this order; without any of them, the first
 * that answers. @throws EngineUnreachable if the named one cannot be used, EngineNotFound if none answers
 */
export async function locateEngine(options: LocateOptions): Promise<EngineAddress> {
  const named = namedEngine(options);
  if (named !== undefined) return askNamed(named, options);
  const tried: Tried[] = [];
  for (const { place, missing } of options.candidates ?? usualPlaces(options)) {
    if (missing !== undefined) {
      tried.push({ place, reason: `${missing} is not set` });
      continue;
    }
    const endpoint: Endpoint = { kind: "unix", path: place };
    const answer = await askEngine(endpoint, options.timeoutMs ?? TIMEOUT_MS);
    if ("id" in answer) return engineAddress(endpoint, answer, "found", options.platform ?? process.platform);
    tried.push({ place, reason: answer.reason });
  }
  throw new EngineNotFound(tried);
}
