/** The connection to one engine. */
import Docker from "dockerode";
import type { ProviderConfig, RegistryAuth } from "./config";
import { daemonText } from "./errors";

/** An engine that answered. */
export interface Engine {
  readonly docker: Docker;
  /** Its address, for messages. */
  readonly host: string;
  /** Version of its API, such as 1.41. */
  readonly apiVersion: string;
  /** Podman by Docker's API: it answers some things in words of its own. */
  readonly podman: boolean;
  readonly registryAuth: Readonly<Record<string, RegistryAuth>>;
  /** Ids of what this process made: a second resource of the same name is a fault, not a leftover. */
  readonly made: Set<string>;
  /** Longest wait for something to become removable, in milliseconds. */
  readonly removalMs: number;
}

/** The official plugin's time for a network or volume to come out of use. */
const REMOVAL_MS = 30_000;
/** An address that swallows packets must not hold a preview for minutes. */
const CONNECT_MS = 10_000;

/**
 * Connects and asks for the version.
 *
 * @throws Error naming the address, if nothing answers there
 */
export async function connect(config: ProviderConfig): Promise<Engine> {
  const docker = new Docker(dockerOptions(config));
  const made = new Set<string>();
  const { host, registryAuth } = config;
  const engine = { docker, host, registryAuth, made, removalMs: REMOVAL_MS };
  if (config.skipDaemonCheck) return { ...engine, apiVersion: "1.41", podman: false };
  try {
    return { ...engine, ...(await versionOf(docker)) };
  } catch (error) {
    throw new Error(
      `failed to connect to any docker daemon: ${daemonText(error, host)} Start the engine, or set the provider's ` +
        "host (docker:host, DOCKER_HOST) to the address of one that runs.",
      { cause: error },
    );
  }
}

async function versionOf(docker: Docker): Promise<Pick<Engine, "apiVersion" | "podman">> {
  // The types do not know the options of this call.
  const version = docker.version.bind(docker) as (options: object) => Promise<Docker.DockerVersion>;
  const { ApiVersion, Components } = await version({ abortSignal: AbortSignal.timeout(CONNECT_MS) });
  const podman = (Components ?? []).some(({ Name }) => Name === "Podman Engine");
  return { apiVersion: ApiVersion, podman };
}

/** Options that leave nothing to the environment, which may name another engine. */
function dockerOptions({ host, tls }: ProviderConfig): Docker.DockerOptions {
  const local = /^(?:unix|npipe):\/\/(.*)$/.exec(host)?.[1];
  if (local !== undefined) return { socketPath: local, host: undefined, port: undefined, protocol: "http" };
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !["tcp:", "http:", "https:"].includes(url.protocol)) {
    throw new Error(
      `the engine's address "${host}" is not understood; expected unix://PATH, npipe://PATH or tcp://HOST:PORT ` +
        "(for ssh:// use the official docker plugin, or forward the socket by ssh -L)",
    );
  }
  const protocol = tls !== undefined || url.protocol === "https:" ? "https" : "http";
  return { host: url.hostname, port: url.port || (protocol === "https" ? 2376 : 2375), protocol, ...tls };
}
