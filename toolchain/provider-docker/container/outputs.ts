/** A container as the engine has it, in the form and with the habits of the official plugin. */
import type { Properties, Value } from "../schema/types";
import type { Inspection } from "./inspection";
import { importedNetworks, networkDatas, ports } from "./outputs-network";
import { mountOutputs } from "./outputs-storage";
import { cpusText, goDuration, mebibytes } from "./units";

/**
 * The outputs: `state` where the engine is not asked (environment, labels, uploads, volumes, networksAdvanced, waits),
 * what it says for everything else. A stopped container that must run is recorded with `mustRun: false`, which is a
 * difference, and with an exit code.
 *
 * @param state outputs so far, or the inputs right after creation; empty on import
 */
export function containerOutputs(info: Inspection, state: Properties): Properties {
  return {
    ...state,
    ...identity(info, state),
    ...process(info),
    ...security(info, state),
    ...limits(info, state),
    ...storage(info, state),
    ...networking(info, state),
    ...running(info, state),
  };
}

/** Whether the program (or the state) says anything of a list or map. */
const isSet = (value: Value): boolean => typeof value === "object" && value !== null && Object.keys(value).length > 0;

const list = <T>(items: readonly T[] | null | undefined): T[] => [...(items ?? [])];

function identity({ Name, Image, Config, Platform }: Inspection, state: Properties): Properties {
  const byId = String(state["image"] ?? "").startsWith("sha256:");
  return {
    name: Name.replace(/^\//, ""),
    image: byId ? Image : Config.Image,
    platform: Platform,
    hostname: Config.Hostname,
    domainname: Config.Domainname,
  };
}

function process({ Config, HostConfig }: Inspection): Properties {
  const check = Config.Healthcheck;
  return {
    command: list(Config.Cmd),
    entrypoints: list(Config.Entrypoint),
    user: Config.User,
    workingDir: Config.WorkingDir,
    tty: Config.Tty,
    stdinOpen: Config.OpenStdin,
    stopSignal: Config.StopSignal ?? "",
    stopTimeout: Config.StopTimeout ?? 0,
    init: HostConfig.Init ?? false,
    rm: HostConfig.AutoRemove,
    restart: HostConfig.RestartPolicy.Name,
    maxRetryCount: HostConfig.RestartPolicy.MaximumRetryCount,
    runtime: HostConfig.Runtime,
    ...(check === undefined
      ? {}
      : {
          healthcheck: {
            tests: list(check.Test),
            interval: goDuration(check.Interval ?? 0),
            timeout: goDuration(check.Timeout ?? 0),
            startPeriod: goDuration(check.StartPeriod ?? 0),
            startInterval: goDuration(check.StartInterval ?? 0),
            retries: check.Retries ?? 0,
          },
        }),
  };
}

function security({ HostConfig }: Inspection, state: Properties): Properties {
  const [adds, drops] = [list(HostConfig.CapAdd), list(HostConfig.CapDrop)];
  return {
    readOnly: HostConfig.ReadonlyRootfs,
    privileged: HostConfig.Privileged,
    securityOpts: list(HostConfig.SecurityOpt),
    ...(adds.length + drops.length > 0 ? { capabilities: { adds, drops } } : {}),
    groupAdds: list(HostConfig.GroupAdd),
    usernsMode: HostConfig.UsernsMode,
    ipcMode: HostConfig.IpcMode,
    ...(state["pidMode"] ? { pidMode: HostConfig.PidMode } : {}),
    sysctls: HostConfig.Sysctls ?? {},
  };
}

type Throttles = Inspection["HostConfig"]["BlkioDeviceReadBps"];
const throttles = (entries: Throttles): Properties[] =>
  list(entries).map(({ Path, Rate }) => ({ path: Path, rate: Rate }));

function limits({ HostConfig }: Inspection, state: Properties): Properties {
  return {
    memory: mebibytes(HostConfig.Memory),
    memoryReservation: mebibytes(HostConfig.MemoryReservation),
    memorySwap: mebibytes(HostConfig.MemorySwap),
    shmSize: mebibytes(HostConfig.ShmSize),
    ...(HostConfig.NanoCpus > 0 ? { cpus: cpusText(HostConfig.NanoCpus) } : {}),
    cpuShares: HostConfig.CpuShares,
    cpuSet: HostConfig.CpusetCpus,
    deviceReadBps: throttles(HostConfig.BlkioDeviceReadBps),
    deviceReadIops: throttles(HostConfig.BlkioDeviceReadIOps),
    deviceWriteBps: throttles(HostConfig.BlkioDeviceWriteBps),
    deviceWriteIops: throttles(HostConfig.BlkioDeviceWriteIOps),
    ...(isSet(state["ulimits"])
      ? { ulimits: list(HostConfig.Ulimits).map(({ Name, Hard, Soft }) => ({ name: Name, hard: Hard, soft: Soft })) }
      : {}),
    ...(isSet(state["devices"]) ? { devices: devices(HostConfig.Devices, state["devices"]) } : {}),
    logDriver: HostConfig.LogConfig.Type,
    ...(isSet(state["logOpts"]) ? { logOpts: HostConfig.LogConfig.Config ?? {} } : {}),
  };
}

/** The path in the container only where the program named one. */
function devices(found: Inspection["HostConfig"]["Devices"], configured: Value): Properties[] {
  const named = (configured as readonly Properties[])
    .filter(({ containerPath }) => containerPath)
    .map(({ hostPath }) => hostPath);
  return list(found).map(({ PathOnHost, PathInContainer, CgroupPermissions }) => ({
    hostPath: PathOnHost,
    permissions: CgroupPermissions,
    ...(named.includes(PathOnHost) ? { containerPath: PathInContainer } : {}),
  }));
}

function storage({ HostConfig }: Inspection, state: Properties): Properties {
  return {
    mounts: list(HostConfig.Mounts).map(mountOutputs),
    tmpfs: HostConfig.Tmpfs ?? {},
    ...(isSet(state["storageOpts"]) || HostConfig.StorageOpt ? { storageOpts: HostConfig.StorageOpt ?? {} } : {}),
  };
}

function networking({ HostConfig, NetworkSettings, State }: Inspection, state: Properties): Properties {
  // Ports of a stopped container are gone; where it need not run that says nothing.
  const portsCount = (State.Running || state["mustRun"] === true) && isSet(state["ports"]);
  const isImport = state["name"] === undefined;
  return {
    bridge: NetworkSettings.Bridge ?? "",
    networkDatas: networkDatas(NetworkSettings),
    networkMode: HostConfig.NetworkMode,
    publishAllPorts: HostConfig.PublishAllPorts,
    dns: list(HostConfig.Dns),
    dnsOpts: list(HostConfig.DnsOptions),
    dnsSearches: list(HostConfig.DnsSearch),
    hosts: list(HostConfig.ExtraHosts).map(hostEntry),
    ...(portsCount || isImport ? { ports: ports(NetworkSettings) } : {}),
    ...(isImport ? { networksAdvanced: importedNetworks(NetworkSettings, HostConfig.NetworkMode) } : {}),
  };
}

function hostEntry(entry: string): Properties {
  const colon = entry.indexOf(":");
  return { host: entry.slice(0, colon), ip: entry.slice(colon + 1) };
}

function running({ State }: Inspection, state: Properties): Properties {
  if (State.Running) return {};
  return { exitCode: State.ExitCode, ...(state["mustRun"] === true ? { mustRun: false } : {}) };
}
