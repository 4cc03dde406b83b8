/**
 * What to run: plain data that describes one service, without a word about Pulumi or an engine.
 *
 * Data flows one way: config → specs → engine adapter → resources. A spec can therefore be tested, exported, drawn and
 * checked without starting anything.
 */

/**
 * Networks of the stack; a service joins only those it needs. `closed`: its members reach each other alone. `open`: what the host
 * listens on and the world, too; ports are published there, and its members are together on a closed one anyway. `apart`: the
 * host and the world, and not each other; who is on one with somebody it talks to would find them there, by name, and be
 * blocked. `outside` is for who has a way there by config alone, and no network for it. services/reach.ts tells what that
 * amounts to.
 */
export const NETWORKS = {
  edge: "closed",
  "edge-outside": "open",
  mcp: "closed",
  "mcp-servers": "closed",
  "mcp-outside": "apart",
  ai: "closed",
  "ai-outside": "open",
  dify: "closed",
  "dify-ssrf": "closed",
  "dify-outside": "open",
  outside: "open",
} as const;

export type NetworkName = keyof typeof NETWORKS;

/** The networks with a way outside among them. */
export const withWayOut = (networks: readonly NetworkName[]): readonly NetworkName[] =>
  networks.some((network) => NETWORKS[network] !== "closed") ? networks : [...networks, "outside"];

/** One published port. `address` is an IPv4 address of the host; `host` and `container` are TCP ports. */
export interface PublishedPort {
  readonly container: number;
  readonly host: number;
  readonly address: string;
}

/** A text file that is rendered beside the data and mounted read-only, as part of a whole directory. */
export interface RenderedFile {
  /** Path relative to the mounted directory, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Sets the execute bits (0555 in place of 0444). */
  readonly executable?: boolean;
}

/** A directory of rendered files. The directory, never a single file, is what containers mount. */
export interface RenderedDirectory {
  /** Absolute path in the container. */
  readonly target: string;
  readonly files: readonly RenderedFile[];
}

export type Mount =
  /** A directory below `dataDir`, made if missing, owned by `owner` ("uid:gid"; default: whoever runs Pulumi). */
  | {
      readonly kind: "data";
      readonly path: string;
      readonly target: string;
      readonly readOnly?: boolean;
      readonly owner?: string;
    }
  /** A path of the host that is nobody's of the stack; it has to be there. */
  | { readonly kind: "host"; readonly path: string; readonly target: string; readonly readOnly: boolean }
  /** The engine's own socket, mounted so that the service can start containers. */
  | { readonly kind: "engine-socket"; readonly target: string }
  /** Memory-backed scratch space. A directory that the image has there keeps its mode, and wants an `owner` ("uid:gid"). */
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly sizeMiB: number;
      readonly mode?: number;
      readonly owner?: string;
    };

/**
 * A secret by reference; its value never enters a spec. The secret's directory (`dataDir/secrets/NAME/`) is mounted
 * read-only at `target`; see components/secret.ts for the files in it.
 */
export interface SecretMount {
  readonly secret: string;
  readonly target: string;
}

/**
 * Engine health check; all times in whole seconds. An engine that can look often at first and seldom later has intervals, retries and start
 * period of its own (engines/container-args.ts).
 */
export interface HealthCheck {
  /** Exec form, without the leading "CMD". */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** Failures before this age do not count. */
  readonly startPeriodSeconds: number;
}

/** Where a health check from inside cannot exist, say why; a probe from outside takes its place. */
export interface ExternalHealth {
  readonly externalOnly: string;
}

/** It runs to its end, is not started again, and what comes after it needs its exit code to be 0. */
export interface RunsOnce {
  readonly runsOnce: true;
}

/** Processes and threads of a container whose spec names no other number: several times what any of them was seen with. */
export const PROCESSES = 512;

export interface ServiceSpec {
  /** Service name: the network alias, and the last part of the container's name. */
  readonly name: string;
  /** Key in catalogs/images.yaml. */
  readonly image: string;
  /** Replaces the image's entry point; unset keeps it. */
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  /** Plain values only; secrets are files. */
  readonly environment: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkName[];
  /** False: only names of its own networks are looked up. */
  readonly outsideNames?: false;
  /** Main TCP port in the container; what `overrides.NAME.hostPort` publishes. */
  readonly port?: number;
  readonly ports: readonly PublishedPort[];
  readonly mounts: readonly Mount[];
  readonly files: readonly RenderedDirectory[];
  readonly secrets: readonly SecretMount[];
  /** Secrets that it does not get, but that it is started anew for when they change. */
  readonly anewWith?: readonly string[];
  readonly health: HealthCheck | ExternalHealth | RunsOnce;
  /** "uid:gid" or a name; unset keeps the image's user. */
  readonly user?: string;
  readonly readOnlyRoot: boolean;
  /** Capabilities kept; all others are dropped. Upper case with the CAP_ prefix. */
  readonly capabilities: readonly string[];
  /** Processors that it may keep busy, at most one decimal; unset: all. */
  readonly cpus?: number;
  /** Hard memory limit in MiB; swap is not granted on top. */
  readonly memoryMiB: number;
  /** Processes and threads that it may have at once; unset: PROCESSES. */
  readonly processes?: number;
  /** Longest time to become healthy, or to run once, in seconds, before the update fails. */
  readonly startSeconds: number;
  /** Signal that asks it to end; unset keeps the image's, SIGTERM if that has none. */
  readonly stopSignal?: "SIGINT";
  /** Time to end by itself after the signal, in seconds, before it is killed. */
  readonly stopSeconds: number;
  /** Run an init process that reaps zombies. */
  readonly init: boolean;
  /** Give it all GPUs of this kind. */
  readonly gpu?: "nvidia" | "rocm" | "vulkan";
}

/** Names of the secrets that a container of the spec is made again for, in a fixed order. */
export const secretsBehind = ({ secrets, anewWith = [] }: Pick<ServiceSpec, "secrets" | "anewWith">): string[] => [
  ...secrets.map(({ secret }) => secret),
  ...anewWith,
];
