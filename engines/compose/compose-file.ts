/**
 * The stack as a compose file: the very arguments of its containers in the words of the Compose Specification
 * (https://github.com/compose-spec/compose-spec/blob/main/spec.md). Pure.
 */
import type { ContainerArgs, NetworkForm } from "../container-args";

/** Something that runs, and what it waits for. */
export interface ComposeService {
  /** Name of the service. */
  readonly name: string;
  readonly args: ContainerArgs;
  /** Processes and threads that it may have. */
  readonly processes: number;
  /** It runs to its end, and what comes after it needs its exit code to be 0. */
  readonly runsOnce: boolean;
  /** Names of those that it waits for. */
  readonly after: readonly string[];
}

export interface ComposeNetwork {
  /** Last part of its name. */
  readonly name: string;
  readonly fullName: string;
  readonly form: NetworkForm;
}

export interface ComposeVolume {
  readonly fullName: string;
  /** Absolute path of the directory that it stands for. */
  readonly device: string;
}

export interface ComposeSources {
  /** Name of the compose project. */
  readonly project: string;
  /** Absolute path; paths below it are written by ${DATA_DIR}, so that it can be moved. */
  readonly dataDir: string;
  readonly services: readonly ComposeService[];
  readonly networks: readonly ComposeNetwork[];
  /** For containers that a service starts itself. */
  readonly volumes: readonly ComposeVolume[];
  /** The service that starts them, and whose image makes the volumes. */
  readonly volumeUser: string;
  /** Images are made here, and are in no registry. */
  readonly localImages: boolean;
}

/** Makes the volumes: compose has none made that no service mounts. */
const VOLUME_MAKER = "make-volumes";

/** Compose takes a dollar sign for a variable. */
const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** Like `literal`, with the data directory as a variable. */
function hostPath(file: string, dataDir: string): string {
  const below = file === dataDir || file.startsWith(`${dataDir}/`);
  return below ? `\${DATA_DIR:-${literal(dataDir)}}${literal(file.slice(dataDir.length))}` : literal(file);
}

type Volumes = readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];

const binds = (mounts: Volumes, dataDir: string): object[] =>
  mounts.map(({ source, target, readOnly }) => ({
    type: "bind",
    source: hostPath(source, dataDir),
    target,
    ...(readOnly ? { read_only: true } : {}),
    bind: { create_host_path: false },
  }));

/** GPUs and device nodes. */
function devices(args: ContainerArgs): object {
  if (args.gpus !== undefined)
    return {
      deploy: { resources: { reservations: { devices: [{ driver: "nvidia", count: "all", capabilities: ["gpu"] }] } } },
    };
  if (args.devices === undefined) return {};
  return {
    devices: args.devices.map((device) => `${device.hostPath}:${device.containerPath}:${device.permissions}`),
  };
}

function healthcheck(args: ContainerArgs): object {
  if (args.healthcheck === undefined) return {};
  const { tests, interval, timeout, retries, startPeriod } = args.healthcheck;
  return { healthcheck: { test: tests.map(literal), interval, timeout, retries, start_period: startPeriod } };
}

function process(args: ContainerArgs): object {
  return {
    ...(args.entrypoints === undefined ? {} : { entrypoint: args.entrypoints.map(literal) }),
    ...(args.command === undefined ? {} : { command: args.command.map(literal) }),
    ...(args.envs.length === 0 ? {} : { environment: args.envs.map(literal) }),
    ...(args.user === undefined ? {} : { user: args.user }),
    ...(args.init ? { init: true } : {}),
    ...(args.stopSignal === undefined ? {} : { stop_signal: args.stopSignal }),
    stop_grace_period: `${args.stopTimeout}s`,
  };
}

function limits({ args, processes }: ComposeService): object {
  return {
    read_only: args.readOnly,
    cap_drop: args.capabilities.drops,
    ...("adds" in args.capabilities ? { cap_add: args.capabilities.adds } : {}),
    security_opt: args.securityOpts,
    mem_limit: `${args.memory}m`,
    memswap_limit: `${args.memorySwap}m`,
    pids_limit: processes,
    ...(args.cpus === undefined ? {} : { cpus: args.cpus }),
  };
}

function network(args: ContainerArgs, networks: readonly ComposeNetwork[]): object {
  if (args.networksAdvanced.length === 0) return { network_mode: "none" };
  const joined = args.networksAdvanced.map(({ name, aliases }) => {
    const key = networks.find(({ fullName }) => fullName === name)?.name ?? name;
    return [key, { aliases }];
  });
  const ports = args.ports.map(({ ip, external, internal, protocol }) => `${ip}:${external}:${internal}/${protocol}`);
  return {
    networks: Object.fromEntries(joined) as object,
    ...("dns" in args ? { dns: args.dns, dns_opt: args.dnsOpts } : {}),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

/** What it takes before the next may start; the health of some services can only be seen from outside. */
function conditionOf(service: ComposeService | undefined): string {
  if (service?.runsOnce ?? true) return "service_completed_successfully";
  return service?.args.healthcheck === undefined ? "service_started" : "service_healthy";
}

function dependencies({ after }: ComposeService, services: readonly ComposeService[]): object {
  if (after.length === 0) return {};
  const conditions = after.map((name) => {
    const condition = conditionOf(services.find((service) => service.name === name));
    return [name, { condition }];
  });
  return { depends_on: Object.fromEntries(conditions) as object };
}

function composeService(service: ComposeService, { services, networks, dataDir, localImages }: ComposeSources): object {
  const { args, runsOnce } = service;
  const tmpfs = Object.entries(args.tmpfs).map(([target, options]) => `${target}:${options}`);
  const volumes = binds(args.mounts, dataDir);
  return {
    image: args.image,
    ...(localImages ? { pull_policy: "never" } : {}),
    container_name: args.name,
    ...dependencies(service, services),
    ...process(args),
    ...network(args, networks),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(tmpfs.length === 0 ? {} : { tmpfs }),
    ...limits(service),
    ...devices(args),
    ...healthcheck(args),
    restart: runsOnce ? "no" : args.restart,
    logging: { driver: args.logDriver, options: args.logOpts },
    labels: Object.fromEntries(args.labels.map(({ label, value }) => [label, literal(value)])) as object,
  };
}

/** A container that only mounts the volumes, so that compose makes them. */
function volumeMaker({ volumes, services, volumeUser, localImages }: ComposeSources): object {
  const user = services.find(({ name }) => name === volumeUser);
  return {
    image: user?.args.image,
    ...(localImages ? { pull_policy: "never" } : {}),
    entrypoint: ["true"],
    network_mode: "none",
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    volumes: volumes.map(({ fullName }) => `${fullName}:/volumes/${fullName}:ro`),
    restart: "no",
  };
}

function networkSection({ networks }: ComposeSources): object {
  const sections = networks.map(({ name, fullName, form: { internal, options } }) => [
    name,
    {
      ...{ name: fullName, driver: "bridge" },
      ...(internal ? { internal } : {}),
      ...(options === undefined ? {} : { driver_opts: options }),
    },
  ]);
  return Object.fromEntries(sections) as object;
}

function volumeSection({ volumes, dataDir }: ComposeSources): object {
  const sections = volumes.map(({ fullName, device }) => {
    const bind = { type: "none", o: "bind", device: hostPath(device, dataDir) };
    return [fullName, { name: fullName, driver: "local", driver_opts: bind }];
  });
  return Object.fromEntries(sections) as object;
}

/** The whole file, as plain data. */
export function composeFile(sources: ComposeSources): object {
  const made = sources.volumes.length > 0;
  const services = sources.services.map((service) =>
    made && service.name === sources.volumeUser ? { ...service, after: [...service.after, VOLUME_MAKER] } : service,
  );
  const all = { ...sources, services };
  return {
    name: sources.project,
    services: {
      ...(made ? { [VOLUME_MAKER]: volumeMaker(all) } : {}),
      ...(Object.fromEntries(services.map((service) => [service.name, composeService(service, all)])) as object),
    },
    networks: networkSection(all),
    ...(made ? { volumes: volumeSection(all) } : {}),
  };
}
