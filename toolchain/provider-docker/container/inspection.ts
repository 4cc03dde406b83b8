/** What the engine tells about a container, as far as it is used here; names are the engine's. */
import type { Engine } from "../engine/connect";
import { askIfThere } from "../engine/errors";

type StringMap = Readonly<Record<string, string>>;
type Throttle = { readonly Path: string; readonly Rate: number };

export interface Endpoint {
  readonly NetworkID?: string;
  readonly Aliases?: readonly string[] | null;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly IPv6Gateway: string;
  readonly MacAddress: string;
}

export interface InspectedMount {
  readonly Type: string;
  readonly Target: string;
  readonly Source?: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: StringMap;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: StringMap };
    readonly Subpath?: string;
  };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

/** One health check that ran; `Output` is what it printed. */
export interface HealthRun {
  readonly ExitCode: number;
  readonly Output: string;
}

export interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly Platform: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    /** Of its first process, on the engine's machine; 0 when it does not run. */
    readonly Pid: number;
    readonly Health?: { readonly Status: string; readonly Log?: readonly HealthRun[] | null };
  };
  readonly Config: {
    readonly Image: string;
    readonly Hostname: string;
    readonly Domainname: string;
    readonly User: string;
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly WorkingDir: string;
    readonly Labels: StringMap | null;
    readonly Tty: boolean;
    readonly OpenStdin: boolean;
    readonly StopSignal?: string;
    readonly StopTimeout?: number;
    readonly Shell?: readonly string[] | null;
    readonly Healthcheck?: {
      readonly Test?: readonly string[];
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly StartPeriod?: number;
      readonly StartInterval?: number;
      readonly Retries?: number;
    };
  };
  readonly HostConfig: {
    readonly AutoRemove: boolean;
    readonly BlkioDeviceReadBps: readonly Throttle[] | null;
    readonly BlkioDeviceReadIOps: readonly Throttle[] | null;
    readonly BlkioDeviceWriteBps: readonly Throttle[] | null;
    readonly BlkioDeviceWriteIOps: readonly Throttle[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly CpuShares: number;
    readonly CpusetCpus: string;
    readonly Devices: readonly { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
    readonly Dns: readonly string[] | null;
    readonly DnsOptions: readonly string[] | null;
    readonly DnsSearch: readonly string[] | null;
    readonly ExtraHosts: readonly string[] | null;
    readonly GroupAdd: readonly string[] | null;
    readonly Init?: boolean | null;
    readonly IpcMode: string;
    readonly LogConfig: { readonly Type: string; readonly Config: StringMap | null };
    readonly Memory: number;
    readonly MemoryReservation: number;
    readonly MemorySwap: number;
    readonly Mounts?: readonly InspectedMount[];
    readonly NanoCpus: number;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly Privileged: boolean;
    readonly PublishAllPorts: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly Runtime: string;
    readonly SecurityOpt: readonly string[] | null;
    readonly ShmSize: number;
    readonly StorageOpt?: StringMap | null;
    readonly Sysctls?: StringMap | null;
    readonly Tmpfs?: StringMap | null;
    readonly Ulimits: readonly { Name: string; Hard: number; Soft: number }[] | null;
    readonly UsernsMode: string;
  };
  readonly NetworkSettings: {
    readonly Bridge?: string;
    readonly Ports?: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>> | null;
    readonly Networks?: Readonly<Record<string, Endpoint>> | null;
  };
}

/** Asks the engine; undefined if it does not have the container. */
export async function inspect({ docker, host }: Engine, id: string): Promise<Inspection | undefined> {
  const info = await askIfThere("error inspecting container state", host, () => docker.getContainer(id).inspect());
  return info as unknown as Inspection | undefined;
}
