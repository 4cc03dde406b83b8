/** How a container differs from what the program would run, also where a refresh does not look: pure. */
import type Docker from "dockerode";
import type { ContainerArgs } from "../../engines/container-args";
import { goDuration } from "../../engines/container-args";
import { hostPath, isDesktopLabel } from "../../engines/docker-desktop";

/** What an engine tells of a container, and what the container has from its image. */
export interface Found {
  readonly container: Docker.ContainerInspectInfo;
  readonly image: {
    readonly environment: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** Types of dockerode that leave these out. */
interface MoreHostConfig {
  readonly Mounts?:
    readonly { readonly Source?: string; readonly Target: string; readonly ReadOnly?: boolean }[] | null;
  readonly Binds?: readonly string[] | null;
  readonly Tmpfs?: Readonly<Record<string, string>> | null;
}

const MIB = 2 ** 20;
const SPEC_LABEL = "mcp-stack.spec";
/** What another hash means. */
export const OTHER_SPEC = "it was made from another configuration or other files";

/** A value of a kind of difference, by the name that it goes by. */
type Values = Readonly<Record<string, string | undefined>>;

const shown = (value: string | undefined): string => (value === undefined || value === "" ? "nothing" : value);

/** One line for each name whose value is not the wanted one. `secret` keeps values out: people put secrets in environments. */
function differences(kind: string, wanted: Values, found: Values, secret = false): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return names
    .filter((name) => shown(wanted[name]) !== shown(found[name]))
    .map((name) => {
      const what = [kind, name].filter(Boolean).join(" ");
      if (found[name] === undefined) return `${what} is missing`;
      if (wanted[name] === undefined) return `${what} was added`;
      return secret ? `${what} has another value` : `${what} is ${shown(found[name])}, not ${shown(wanted[name])}`;
    });
}

const pairs = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(lines.map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]));

/** Without what is as in the image, unless it is wanted by name. */
const own = (all: Values, wanted: Values, image: Values): Values =>
  Object.fromEntries(Object.entries(all).filter(([name, value]) => name in wanted || image[name] !== value));

function environment(args: ContainerArgs, { container, image }: Found): string[] {
  const wanted = pairs(args.envs);
  const { Config: config } = container;
  return differences("environment", wanted, own(pairs(config.Env), wanted, pairs(image.environment)), true);
}

function labels(args: ContainerArgs, { container, image }: Found): string[] {
  const wanted = Object.fromEntries(args.labels.map(({ label, value }) => [label, value]));
  const { Config: config } = container;
  const found = Object.fromEntries(
    Object.entries(own(config.Labels, wanted, image.labels)).filter(([label]) => !isDesktopLabel(label)),
  );
  const { [SPEC_LABEL]: now, ...others } = wanted;
  // The hash says nothing to people: it is told as what it means.
  const { [SPEC_LABEL]: then, ...foundOthers } = found;
  return [...(now === then ? [] : [OTHER_SPEC]), ...differences("label", others, foundOthers)];
}

const access = (source: string, readOnly: boolean): string => `${source}${readOnly ? " (read-only)" : ""}`;

function mounts(args: ContainerArgs, { container }: Found): string[] {
  const { Mounts, Binds } = container.HostConfig as MoreHostConfig;
  const wanted = args.mounts.map((mount) => [mount.target, access(mount.source, mount.readOnly)]);
  const sources = new Map(args.mounts.map(({ target, source }) => [target, source]));
  // What cannot be told is not called changed.
  const at = (target: string, source: string): string => hostPath(source) ?? sources.get(target) ?? source;
  const mounted = (Mounts ?? []).map((mount) => [
    mount.Target,
    access(at(mount.Target, mount.Source ?? ""), mount.ReadOnly ?? false),
  ]);
  // SOURCE:TARGET[:OPTIONS], as `docker run --volume` makes them.
  const bound = (Binds ?? []).map((bind) => {
    const [source = "", target = "", options = ""] = bind.split(":");
    return [target, access(at(target, source), options.split(",").includes("ro"))];
  });
  return differences("mount", Object.fromEntries(wanted), Object.fromEntries([...mounted, ...bound]));
}

const tmpfs = (args: ContainerArgs, { container }: Found): string[] =>
  differences("tmpfs", args.tmpfs, (container.HostConfig as MoreHostConfig).Tmpfs ?? {});

function networks(args: ContainerArgs, { container }: Found): string[] {
  const joined = container.NetworkSettings.Networks;
  const wanted = Object.fromEntries(args.networksAdvanced.map(({ name }) => [name, "joined"]));
  const found = Object.fromEntries(Object.keys(joined).map((name) => [name, "joined"]));
  const noAlias = args.networksAdvanced.flatMap(({ name, aliases }) =>
    aliases
      .filter((alias) => joined[name] !== undefined && !(joined[name].Aliases ?? []).includes(alias))
      .map((alias) => `network ${name} does not know it as ${alias}`),
  );
  if (args.networksAdvanced.length === 0) delete found.none;
  return [...differences("network", wanted, found), ...noAlias];
}

function ports(args: ContainerArgs, { container }: Found): string[] {
  type Bindings = Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  // Podman lists ports that are not published, too, with null.
  const bindings = Object.entries((container.HostConfig.PortBindings ?? {}) as Bindings);
  const found = bindings.flatMap(([port, hosts]) => {
    const published = (hosts ?? []).map(({ HostIp, HostPort }) => `${HostIp || "0.0.0.0"}:${HostPort}`).join();
    return hosts === null ? [] : [[port, published]];
  });
  const wanted = args.ports.map((port) => [`${port.internal}/${port.protocol}`, `${port.ip}:${port.external}`]);
  return differences("port", Object.fromEntries(wanted), Object.fromEntries(found));
}

const list = (values: readonly string[] | null | undefined): string => [...(values ?? [])].sort().join(" ");
/** Some engines leave the prefix out. */
const capabilities = (values: readonly string[] | null | undefined): string =>
  list(values?.map((name) => name.replace(/^CAP_/, "")));

const cpusText = (cpus: string | undefined): string => (cpus === undefined ? "unlimited" : Number(cpus).toString());

/** Limits that the program does not set are off. */
function limits(args: ContainerArgs, { HostConfig: host }: Docker.ContainerInspectInfo): string[] {
  const wanted = {
    memory: `${args.memory} MiB`,
    "memory with swap": `${args.memorySwap} MiB`,
    CPUs: cpusText(args.cpus),
  };
  const mib = (bytes: number | undefined): string => `${Math.round((bytes ?? 0) / MIB)} MiB`;
  const cpus = (host.NanoCpus ?? 0) / 1e9 || (host.CpuQuota ?? 0) / (host.CpuPeriod || 100_000);
  const found = {
    memory: mib(host.Memory),
    "memory with swap": mib(host.MemorySwap),
    CPUs: cpusText(cpus > 0 ? String(cpus) : undefined),
  };
  return differences("limit of", wanted, found);
}

function process(args: ContainerArgs, { container: { Config: config, HostConfig: host } }: Found): string[] {
  const whenSet = (set: unknown, value: string): string => (set === undefined ? "" : value);
  const entrypoint = [config.Entrypoint ?? []].flat();
  const wanted = {
    image: args.image,
    command: list(args.command),
    "entry point": list(args.entrypoints),
    user: args.user ?? "",
    "read-only root": String(args.readOnly),
    "added capabilities": capabilities(args.capabilities.adds),
    "dropped capabilities": capabilities(args.capabilities.drops),
    "security options": list(args.securityOpts),
    "restart policy": args.restart,
    "health check interval": args.healthcheck?.interval ?? "",
  };
  const interval = (config.Healthcheck?.Interval ?? 0) / 1e9;
  const found: typeof wanted = {
    image: config.Image,
    command: whenSet(args.command, list(config.Cmd)),
    "entry point": whenSet(args.entrypoints, list(entrypoint)),
    user: whenSet(args.user, config.User),
    "read-only root": String(host.ReadonlyRootfs ?? false),
    "added capabilities": capabilities(host.CapAdd as string[] | null),
    "dropped capabilities": capabilities(host.CapDrop as string[] | null),
    "security options": list(host.SecurityOpt as string[] | null),
    "restart policy": host.RestartPolicy?.Name ?? "",
    "health check interval": whenSet(args.healthcheck, goDuration(interval)),
  };
  return differences("", wanted, found);
}

/** One line for each difference; none: the container is what the program would run. */
export const driftOf = (args: ContainerArgs, found: Found): string[] => [
  ...environment(args, found),
  ...labels(args, found),
  ...mounts(args, found),
  ...tmpfs(args, found),
  ...networks(args, found),
  ...ports(args, found),
  ...limits(args, found.container),
  ...process(args, found),
];

/** The same of what Podman tells in the words that it was asked in; the label with the hash stands for all else. */
export const podmanDriftOf = (args: ContainerArgs, found: Found): string[] => [
  ...labels(args, found),
  ...mounts(args, found),
  ...networks(args, found),
  ...ports(args, found),
  ...limits(args, found.container),
];
