/** Inputs of a container after the check: types hold, defaults are filled in. */
import type { Properties } from "../schema/types";

export interface Port {
  readonly internal: number;
  readonly external?: number;
  readonly ip: string;
  readonly protocol: string;
}

export interface Mount {
  readonly type: "bind" | "volume" | "tmpfs";
  readonly target: string;
  readonly source?: string;
  readonly readOnly?: boolean;
  readonly bindOptions?: { readonly propagation?: string };
  readonly volumeOptions?: {
    readonly driverName?: string;
    readonly driverOptions?: Readonly<Record<string, string>>;
    readonly labels?: Properties[];
    readonly noCopy?: boolean;
    readonly subpath?: string;
  };
  readonly tmpfsOptions?: { readonly mode?: number; readonly sizeBytes?: number };
}

export interface NetworkEndpoint {
  /** Name or id. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly driverOpts?: readonly string[];
  readonly gwPriority?: number;
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly linkLocalIps?: readonly string[];
  readonly macAddress?: string;
}

export interface Upload {
  /** Path in the container. */
  readonly file: string;
  readonly content?: string;
  readonly contentBase64?: string;
  /** Path on this machine. */
  readonly source?: string;
  readonly executable?: boolean;
  /** Octal. */
  readonly permissions?: string;
}

export interface Volume {
  readonly containerPath?: string;
  readonly fromContainer?: string;
  readonly hostPath?: string;
  readonly readOnly?: boolean;
  readonly selinuxRelabel?: string;
  readonly volumeName?: string;
}

/** Durations are Go's text form. */
export interface Healthcheck {
  readonly tests?: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly startPeriod: string;
  readonly startInterval: string;
  readonly retries: number;
}

type Throttle = { readonly path: string; readonly rate: number };
type StringMap = Readonly<Record<string, string>>;

/** Sizes are MiB, waits are seconds. */
export interface ContainerInputs {
  readonly attach: boolean;
  readonly capabilities?: { readonly adds?: readonly string[]; readonly drops?: readonly string[] };
  readonly cgroupParent?: string;
  readonly cgroupnsMode?: string;
  readonly command?: readonly string[];
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuSet?: string;
  readonly cpuShares?: number;
  readonly cpus?: string;
  readonly destroyGraceSeconds?: number;
  readonly deviceReadBps?: readonly Throttle[];
  readonly deviceReadIops?: readonly Throttle[];
  readonly deviceRequests?: readonly {
    readonly driver: string;
    readonly count: number;
    readonly deviceIds?: readonly string[];
    readonly capabilities?: readonly string[];
    readonly options?: StringMap;
  }[];
  readonly deviceWriteBps?: readonly Throttle[];
  readonly deviceWriteIops?: readonly Throttle[];
  readonly devices?: readonly {
    readonly hostPath: string;
    readonly containerPath?: string;
    readonly permissions: string;
  }[];
  readonly dns?: readonly string[];
  readonly dnsOpts?: readonly string[];
  readonly dnsSearches?: readonly string[];
  readonly domainname?: string;
  readonly entrypoints?: readonly string[];
  readonly envs?: readonly string[];
  readonly gpus?: string;
  readonly groupAdds?: readonly string[];
  readonly healthcheck?: Healthcheck;
  readonly hosts?: readonly { readonly host: string; readonly ip: string }[];
  readonly hostname?: string;
  readonly image: string;
  readonly init?: boolean;
  readonly ipcMode?: string;
  readonly labels?: Properties[];
  readonly logDriver?: string;
  readonly logOpts?: StringMap;
  readonly logs: boolean;
  readonly maxRetryCount?: number;
  readonly memory?: number;
  readonly memoryReservation: number;
  readonly memorySwap?: number;
  readonly mounts?: readonly Mount[];
  readonly mustRun: boolean;
  readonly name: string;
  readonly networkMode: string;
  readonly networksAdvanced?: readonly NetworkEndpoint[];
  readonly pidMode?: string;
  readonly platform?: string;
  readonly ports?: readonly Port[];
  readonly privileged?: boolean;
  readonly publishAllPorts?: boolean;
  readonly readOnly: boolean;
  readonly removeVolumes: boolean;
  readonly restart: string;
  readonly rm: boolean;
  readonly runtime?: string;
  readonly securityOpts?: readonly string[];
  readonly shmSize?: number;
  readonly start: boolean;
  readonly stdinOpen: boolean;
  readonly stopSignal?: string;
  readonly stopTimeout?: number;
  readonly storageOpts?: StringMap;
  readonly sysctls?: StringMap;
  readonly tmpfs?: StringMap;
  readonly tty: boolean;
  readonly ulimits?: readonly { readonly name: string; readonly hard: number; readonly soft: number }[];
  readonly uploads?: readonly Upload[];
  readonly user?: string;
  readonly usernsMode?: string;
  readonly volumes?: readonly Volume[];
  readonly wait: boolean;
  readonly waitTimeout: number;
  readonly workingDir?: string;
}

/** Checked properties under their types. */
export const asInputs = (checked: Properties): ContainerInputs => checked as unknown as ContainerInputs;
