/**
 * A ServiceSpec in the words of the docker provider: pure, so that it is tested without Pulumi. Values are written in the
 * form in which the provider reads them back (durations, capabilities, memorySwap); any other form would be a difference
 * at every preview.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { NETWORKS, type HealthCheck, type Mount, type NetworkName, type ServiceSpec } from "../services/spec";
import { GPU_DEVICES } from "./gpu";
import { contentHash, renderedDirectory, secretDirectory } from "./files/layout";
import { PODMAN_FORMS, podmanOwner, type EngineName } from "./podman";

/** What of an engine decides about the containers on it. */
export interface EngineTraits {
  /** Path of the engine's socket as containers mount it. */
  readonly engineSocket: string;
  /** @default docker */
  readonly engineName?: EngineName;
  /** Whether the engine can check a container that starts more often than later; others refuse to be asked. @default false */
  readonly startInterval?: boolean;
  /** Whether SELinux keeps containers from files of the host. @default false */
  readonly selinux?: boolean;
}

/** Where one service runs: everything that the spec leaves open. */
export interface Placement extends EngineTraits {
  readonly project: string;
  readonly stack: string;
  /** Absolute path on the engine's host. */
  readonly dataDir: string;
  /** Complete image reference. */
  readonly image: string;
  /** Words that change when mounted host files were made again; see files/layout.ts. */
  readonly generations: readonly string[];
}

/** The properties of docker.Container that a spec fills; all plain values. */
export type ContainerArgs = ReturnType<typeof containerArgs>;

/** Names of containers, networks and volumes: two stacks live side by side on one engine. */
export const resourceName = (place: Pick<Placement, "project" | "stack">, name: string): string =>
  `${place.project}-${place.stack}-${name}`;

/** What makes a network what it is, besides its name. */
export interface NetworkForm {
  readonly internal?: true;
  /** Of its bridge. */
  readonly options?: Readonly<Record<string, string>>;
}

const FORMS: Readonly<Record<(typeof NETWORKS)[NetworkName], NetworkForm>> = {
  // The host has no address on it, so nothing on it reaches what the host listens on.
  closed: { internal: true, options: { "com.docker.network.bridge.inhibit_ipv4": "true" } },
  apart: { options: { "com.docker.network.bridge.enable_icc": "false" } },
  open: {},
};

export const networkForm = (network: NetworkName, engine: EngineName = "docker"): NetworkForm =>
  (engine === "podman" ? PODMAN_FORMS : FORMS)[NETWORKS[network]];

/** Label of a container's service. */
export const SERVICE_LABEL = "mcp-stack.service";

/** Labels by which everything of a stack is found again. */
export const stackLabels = (place: Pick<Placement, "project" | "stack">): Record<string, string> => ({
  "mcp-stack.project": place.project,
  "mcp-stack.stack": place.stack,
});

/** Labels as the engine's filters take them. */
export const labelFilter = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([label, value]) => `${label}=${value}`);

/** Labels as the provider takes them, in a fixed order. */
export const labelList = (labels: Readonly<Record<string, string>>): { label: string; value: string }[] =>
  Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));

/** Go's canonical text of a duration: "45s", "1m30s", "1h0m0s". */
export function goDuration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/**
 * How an engine looks that can look more often at first: what waits for a start waits no longer than for the check itself, and a stack that
 * is up costs next to nothing. Half a minute is Docker's own default, and three failures are a minute and a half.
 */
const SELDOM = { intervalSeconds: 30, retries: 3 };
const OFTEN = "500ms";

function healthcheck(own: HealthCheck, startSeconds: number, { startInterval = false }: Placement) {
  // It looks often for as long as the start may take.
  const health = startInterval ? { ...own, ...SELDOM, startPeriodSeconds: startSeconds } : own;
  // In this order, which the hash of the label stands on.
  return {
    tests: ["CMD", ...health.command],
    interval: goDuration(health.intervalSeconds),
    timeout: goDuration(health.timeoutSeconds),
    retries: health.retries,
    startPeriod: goDuration(health.startPeriodSeconds),
    ...(startInterval ? { startInterval: OFTEN } : {}),
  };
}

type Bind = { type: "bind"; source: string; target: string; readOnly: boolean };
const bind = (source: string, target: string, readOnly: boolean): Bind => ({ type: "bind", source, target, readOnly });

/** Mounts fail on a missing source, where the older `volumes` would make an empty directory owned by root. */
function binds(spec: ServiceSpec, place: Placement): Bind[] {
  const ofMount = (mount: Mount): Bind[] => {
    if (mount.kind === "data")
      return [bind(path.join(place.dataDir, mount.path), mount.target, mount.readOnly ?? false)];
    if (mount.kind === "host") return [bind(mount.path, mount.target, mount.readOnly)];
    return mount.kind === "engine-socket" ? [bind(place.engineSocket, mount.target, false)] : [];
  };
  const rendered = (index: number): string =>
    renderedDirectory(place.dataDir, spec.name, contentHash(spec.files[index]?.files ?? []));
  return [
    ...spec.mounts.flatMap(ofMount),
    ...spec.files.map((directory, index) => bind(rendered(index), directory.target, true)),
    ...spec.secrets.map((mount) => bind(secretDirectory(place.dataDir, mount.secret), mount.target, true)),
  ];
}

function tmpfs(spec: ServiceSpec, { engineName }: Placement): Record<string, string> {
  const mounts = spec.mounts.filter((mount) => mount.kind === "tmpfs");
  const options = ({ sizeMiB, mode = 0o755, owner }: (typeof mounts)[number]): string => {
    const size = `size=${sizeMiB}m`;
    if (owner === undefined) return `${size},mode=${mode.toString(8)}`;
    if (engineName === "podman") return `${size},${podmanOwner(owner, spec.user, mode)}`;
    const [uid, gid] = owner.split(":");
    return `${size},mode=${mode.toString(8)},uid=${uid},gid=${gid}`;
  };
  return Object.fromEntries(mounts.map((mount) => [mount.target, options(mount)]));
}

/** NVIDIA's runtime hands GPUs out by request; the others are device nodes (ROCm also needs the compute interface). */
function gpuArgs({ gpu }: ServiceSpec) {
  if (gpu === undefined) return {};
  if (gpu === "nvidia") return { gpus: "all" };
  return { devices: GPU_DEVICES[gpu].map((node) => ({ hostPath: node, containerPath: node, permissions: "rwm" })) };
}

/**
 * All files of the stack come by mounts from the checkout and dataDir, whose labels are the user's: relabelling them (Compose's `:z`) is
 * not in the API's mounts, and would take them from other programs. Without its own label a container is held by the rest alone.
 */
export const UNLABELLED = ["label=disable"];

/** Properties that only a new container can have. A change of any of them changes the spec label. */
function fixedArgs(spec: ServiceSpec, place: Placement) {
  return {
    name: resourceName(place, spec.name),
    image: place.image,
    ...(spec.entrypoint === undefined ? {} : { entrypoints: [...spec.entrypoint] }),
    ...(spec.command.length === 0 ? {} : { command: [...spec.command] }),
    envs: Object.entries(spec.environment)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    readOnly: spec.readOnlyRoot,
    capabilities: { drops: ["ALL"], ...(spec.capabilities.length === 0 ? {} : { adds: [...spec.capabilities] }) },
    securityOpts: ["no-new-privileges:true", ...(place.selinux === true ? UNLABELLED : [])],
    // Read back with one decimal; any other form would be a difference at every preview.
    ...(spec.cpus === undefined ? {} : { cpus: spec.cpus.toFixed(1) }),
    init: spec.init,
    ...(spec.stopSignal === undefined ? {} : { stopSignal: spec.stopSignal }),
    stopTimeout: spec.stopSeconds,
    logDriver: "json-file",
    // 30 MB of log for each container, then the oldest goes.
    logOpts: { "max-size": "10m", "max-file": "3" },
    // The engine ignores the aliases of a network that is also the mode, so a service with networks keeps the default one.
    ...(spec.networks.length === 0 ? { networkMode: "none" } : {}),
    networksAdvanced: spec.networks.map((network) => ({ name: resourceName(place, network), aliases: [spec.name] })),
    // Nobody answers there; the engine's own resolver still knows the names of the container's networks. One second: it
    // never says that a name is unknown, and programs would wait for ten. Podman would look up no name at all.
    ...(spec.outsideNames === false && place.engineName !== "podman"
      ? { dns: ["127.0.0.1"], dnsOpts: ["attempts:1", "timeout:1"] }
      : {}),
    ports: spec.ports.map((port) => ({
      internal: port.container,
      external: port.host,
      ip: port.address,
      protocol: "tcp",
    })),
    mounts: binds(spec, place),
    tmpfs: tmpfs(spec, place),
    ...gpuArgs(spec),
    ...("command" in spec.health ? { healthcheck: healthcheck(spec.health, spec.startSeconds, place) } : {}),
  };
}

/** Properties that change in place, without a new container. */
const changeableArgs = (spec: ServiceSpec) => ({
  memory: spec.memoryMiB,
  // Equal to memory: no swap on top. Left out, the engine doubles it and every preview shows a difference.
  memorySwap: spec.memoryMiB,
  restart: "unless-stopped",
  destroyGraceSeconds: spec.stopSeconds,
  ...("command" in spec.health ? { wait: true, waitTimeout: spec.startSeconds } : {}),
});

/** What else needs a new container: Podman before 5.1 changes no limit of a running one by Docker's API. */
const replacing = ({ memoryMiB }: ServiceSpec, { engineName }: Placement): number[] =>
  engineName === "podman" ? [memoryMiB] : [];

/**
 * The container of a service. Its label `mcp-stack.spec` is a hash of everything that needs a new container, the one
 * reliable trigger: the provider overlooks removed environment, commands and edited health checks.
 */
export function containerArgs(spec: ServiceSpec, place: Placement) {
  const fixed = fixedArgs(spec, place);
  const hash = createHash("sha256")
    .update(JSON.stringify([fixed, place.generations, ...replacing(spec, place)]))
    .digest("hex")
    .slice(0, 16);
  const labels = { ...stackLabels(place), [SERVICE_LABEL]: spec.name, "mcp-stack.spec": hash };
  return { ...fixed, ...changeableArgs(spec), labels: labelList(labels) };
}
