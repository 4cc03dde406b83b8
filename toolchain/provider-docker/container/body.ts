/** Inputs of a container as the engine's create call takes them. */
import { isAtLeast } from "../engine/version";
import { labelMap } from "../labels";
import { resources } from "./body-resources";
import { binds, mounts } from "./body-storage";
import type { ContainerInputs, Healthcheck, Port } from "./inputs";
import { nanoseconds } from "./units";

/** The body of the call; names are the engine's. Undefined entries are left out when it is sent. */
export type CreateBody = ReturnType<typeof createBody>;

/**
 * Builds the body.
 *
 * @param apiVersion of the engine, such as 1.41
 * @throws Error in the official words for what no engine takes, or this engine's version does not know
 */
export function createBody(inputs: ContainerInputs, apiVersion: string) {
  if (inputs.command?.includes("")) throw new Error("values for command may not be empty");
  const storage = binds(inputs.volumes ?? []);
  return {
    Image: inputs.image,
    Hostname: inputs.hostname,
    Domainname: inputs.domainname,
    Tty: inputs.tty,
    OpenStdin: inputs.stdinOpen,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout || undefined,
    Env: inputs.envs,
    Cmd: filled(inputs.command),
    Entrypoint: filled(inputs.entrypoints),
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    ExposedPorts: Object.fromEntries((inputs.ports ?? []).map((port) => [portKey(port), {}])),
    Volumes: storage.volumes,
    Labels: labelMap(inputs.labels),
    Healthcheck: inputs.healthcheck && healthcheck(inputs.healthcheck, apiVersion),
    HostConfig: {
      ...hostConfig(inputs),
      ...resources(inputs),
      Mounts: mounts(inputs.mounts ?? [], apiVersion),
      Binds: storage.binds,
      VolumesFrom: storage.volumesFrom,
      Tmpfs: inputs.tmpfs,
      StorageOpt: inputs.storageOpts,
    },
  };
}

const filled = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list?.length ? list : undefined);

const portKey = ({ internal, protocol }: Port): string => `${internal}/${protocol}`;

function healthcheck(check: Healthcheck, apiVersion: string): object {
  const startInterval = nanoseconds(check.startInterval);
  if (startInterval > 0 && !isAtLeast(apiVersion, 44))
    throw new Error(
      `Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon API version is ${apiVersion}`,
    );
  return {
    Test: check.tests ?? [],
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.startPeriod),
    ...(startInterval > 0 ? { StartInterval: startInterval } : {}),
    Retries: check.retries,
  };
}

function hostConfig(inputs: ContainerInputs) {
  return {
    ...security(inputs),
    ...networking(inputs),
    RestartPolicy: { Name: inputs.restart, MaximumRetryCount: inputs.maxRetryCount ?? 0 },
    Runtime: inputs.runtime,
    AutoRemove: inputs.rm,
    LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts },
    PidMode: inputs.pidMode,
    IpcMode: inputs.ipcMode,
    Init: inputs.init ?? false,
  };
}

function networking(inputs: ContainerInputs) {
  const bindings: Record<string, { HostPort: string; HostIp: string }[]> = {};
  for (const port of inputs.ports ?? []) {
    // "0" lets the engine choose.
    (bindings[portKey(port)] ??= []).push({ HostPort: String(port.external ?? 0), HostIp: port.ip });
  }
  return {
    NetworkMode: inputs.networkMode,
    PortBindings: bindings,
    PublishAllPorts: inputs.publishAllPorts ?? false,
    ExtraHosts: (inputs.hosts ?? []).map(({ host, ip }) => `${host}:${ip}`),
    Dns: inputs.dns,
    DnsOptions: inputs.dnsOpts,
    DnsSearch: inputs.dnsSearches,
    Sysctls: inputs.sysctls,
  };
}

/** Older engines keep a name as it comes; the official plugin's client always sends the long one. */
function capability(name: string): string {
  const upper = name.toUpperCase();
  return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

function security(inputs: ContainerInputs) {
  const options = inputs.securityOpts ?? [];
  // Not an option of the engine but of its clients.
  const unconfined = options.includes("systempaths=unconfined");
  return {
    Privileged: inputs.privileged ?? false,
    ReadonlyRootfs: inputs.readOnly,
    CapAdd: inputs.capabilities?.adds?.map(capability),
    CapDrop: inputs.capabilities?.drops?.map(capability),
    SecurityOpt: options.filter((option) => option !== "systempaths=unconfined"),
    ...(unconfined ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    UsernsMode: inputs.usernsMode,
    GroupAdd: inputs.groupAdds,
    CgroupnsMode: inputs.cgroupnsMode,
    CgroupParent: inputs.cgroupParent,
  };
}
