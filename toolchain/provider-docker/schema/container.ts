import { bool, Field, Fields, int, labels, list, map, object, output, replaces, required, set, string } from "./types";
import { absolutePath, atLeast, base64, duration, matches, oneOf } from "./validators";

const computedNew = { computed: true, forceNew: true };
const strings = (options = replaces): Field => set(string(), options);
const time = (): Field => string({ default: "0s", check: duration });
const throttle = (): Field =>
  set(object({ path: string({ required: true }), rate: int({ required: true, check: atLeast(0) }) }));

const healthcheck = object(
  {
    interval: time(),
    retries: int({ default: 0, check: atLeast(0) }),
    startInterval: time(),
    startPeriod: time(),
    tests: list(string()),
    timeout: time(),
  },
  { computed: true },
);

/** Number of entries and their option blocks replace; other fields of an entry are reported as an update. */
const mounts = set(
  object({
    bindOptions: object({
      propagation: string({ check: oneOf("private", "rprivate", "shared", "rshared", "slave", "rslave") }),
    }),
    readOnly: bool(),
    source: string(),
    target: string({ required: true }),
    // The fields are marked as replacing because the runs of the official plugin replaced on a change in this block.
    tmpfsOptions: object({ mode: int(replaces), sizeBytes: int(replaces) }, replaces),
    type: string({ required: true, check: oneOf("bind", "volume", "tmpfs") }),
    volumeOptions: object({
      driverName: string(),
      driverOptions: map(),
      labels: labels({ forceNew: false }),
      noCopy: bool(),
      subpath: string(replaces),
    }),
  }),
  replaces,
);

const networkDatas = list(
  object({
    gateway: string(output),
    globalIpv6Address: string(output),
    globalIpv6PrefixLength: int(output),
    ipAddress: string(output),
    ipPrefixLength: int(output),
    ipv6Gateway: string(output),
    macAddress: string(output),
    networkName: string(output),
  }),
  output,
);

const networksAdvanced = set(
  object({
    aliases: strings(),
    driverOpts: strings(),
    gwPriority: int({ forceNew: true, check: atLeast(0) }),
    ipv4Address: string(replaces),
    ipv6Address: string(replaces),
    linkLocalIps: strings(),
    macAddress: string(replaces),
    name: string(required),
  }),
  replaces,
);

const ports = list(
  object({
    external: int(computedNew),
    internal: int(required),
    ip: string({ default: "0.0.0.0", forceNew: true }),
    protocol: string({ default: "tcp", forceNew: true }),
  }),
  replaces,
);

const uploads = set(
  object({
    content: string(replaces),
    contentBase64: string({ forceNew: true, check: base64 }),
    executable: bool({ default: false, forceNew: true }),
    file: string(required),
    permissions: string({ forceNew: true, check: matches(/^0[0-7]{3}$/) }),
    source: string(replaces),
    sourceHash: string(replaces),
  }),
  replaces,
);

const volumes = set(
  object({
    containerPath: string(replaces),
    fromContainer: string(replaces),
    hostPath: string({ forceNew: true, check: absolutePath }),
    readOnly: bool(replaces),
    selinuxRelabel: string({ forceNew: true, check: oneOf("z", "Z") }),
    volumeName: string(replaces),
  }),
  replaces,
);

const devices = set(
  object({
    containerPath: string(replaces),
    hostPath: string(required),
    permissions: string({ default: "rwm", forceNew: true }),
  }),
  replaces,
);

const deviceRequests = set(
  object({
    capabilities: strings(),
    count: int({ default: 0, forceNew: true }),
    deviceIds: strings(),
    driver: string({ default: "cdi", forceNew: true }),
    options: map(replaces),
  }),
  { forceNew: true, conflicts: ["gpus"] },
);

/** docker:index/container:Container as of plugin 5.2.0. Sizes are MiB except tmpfsOptions.sizeBytes; times of waits are seconds. */
export const containerFields: Fields = {
  attach: bool({ default: false }),
  bridge: string(output),
  capabilities: object({ adds: strings(), drops: strings() }, replaces),
  cgroupParent: string(replaces),
  cgroupnsMode: string(replaces),
  command: list(string(), computedNew),
  containerLogs: string(output),
  containerReadRefreshTimeoutMilliseconds: int({ default: 15000 }),
  cpuPeriod: int({ check: atLeast(0) }),
  cpuQuota: int({ check: atLeast(0) }),
  cpuSet: string({ check: matches(/^\d+([,-]\d+)*$/) }),
  cpuShares: int({ check: atLeast(0) }),
  cpus: string(replaces),
  destroyGraceSeconds: int(),
  deviceReadBps: throttle(),
  deviceReadIops: throttle(),
  deviceRequests,
  deviceWriteBps: throttle(),
  deviceWriteIops: throttle(),
  devices,
  dns: strings(),
  dnsOpts: strings(),
  dnsSearches: strings(),
  domainname: string(replaces),
  entrypoints: list(string(), computedNew),
  envs: strings(computedNew),
  exitCode: int(output),
  gpus: string(replaces),
  groupAdds: strings(),
  healthcheck,
  hosts: set(object({ host: string(required), ip: string(required) }), replaces),
  hostname: string(computedNew),
  image: string(required),
  init: bool({ computed: true }),
  ipcMode: string(computedNew),
  labels: labels({ computed: true }),
  logDriver: string(computedNew),
  logOpts: map(replaces),
  logs: bool({ default: false }),
  maxRetryCount: int(),
  memory: int({ check: atLeast(0) }),
  memoryReservation: int({ default: 0, check: atLeast(0) }),
  memorySwap: int({ check: atLeast(-1) }),
  mounts,
  mustRun: bool({ default: true }),
  name: string(required),
  networkDatas,
  networkMode: string({ default: "bridge", forceNew: true }),
  networksAdvanced,
  pidMode: string(replaces),
  platform: string(computedNew),
  ports,
  privileged: bool(replaces),
  publishAllPorts: bool(replaces),
  readOnly: bool({ default: false, forceNew: true }),
  removeVolumes: bool({ default: true }),
  restart: string({ default: "no", check: oneOf("no", "on-failure", "always", "unless-stopped") }),
  rm: bool({ default: false }),
  runtime: string(computedNew),
  securityOpts: strings(computedNew),
  shmSize: int({ computed: true, forceNew: true, check: atLeast(0) }),
  start: bool({ default: true }),
  stdinOpen: bool({ default: false, forceNew: true }),
  stopSignal: string(computedNew),
  stopTimeout: int(computedNew),
  storageOpts: map(replaces),
  sysctls: map(replaces),
  tmpfs: map(),
  tty: bool({ default: false, forceNew: true }),
  ulimits: set(object({ hard: int(required), name: string(required), soft: int(required) }), replaces),
  uploads,
  user: string({ forceNew: true, emptyKeepsOld: true }),
  usernsMode: string(replaces),
  volumes,
  wait: bool({ default: false }),
  waitTimeout: int({ default: 60 }),
  workingDir: string({ forceNew: true, emptyKeepsOld: true }),
};
