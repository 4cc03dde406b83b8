/** Programs that show no difference, neither right after `up` nor after a refresh. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { freePort } from "../../support/free-port";
import { CONTAINER, NETWORK, uniqueName, VOLUME, world } from "./world";

const w = world();

/** After `up` and again after a refresh; `again` is the program then, if it is written in another way. */
async function expectStable(resource: ResourceUnderTest, program: PropertyMap, again = program): Promise<void> {
  await resource.up(program);
  const first = await resource.preview(again);
  await resource.refresh();
  const refreshed = await resource.preview(again);
  expect({ first: first.changes, refreshed: refreshed.changes }).toEqual({ first: {}, refreshed: {} });
}

const idle = (more: PropertyMap): PropertyMap => w.sleeper({ start: false, mustRun: false, ...more });
const options = (...securityOpts: string[]): PropertyMap => ({ securityOpts });

test.each<[string, PropertyMap]>([
  ["nothing but an image and a command", {}],
  ["entrypoints only", { entrypoints: ["sleep", "3600"], command: undefined }],
  ["memory and memorySwap", { memory: 64, memorySwap: 64 }],
  ["memory, memorySwap and memoryReservation", { memory: 64, memorySwap: 128, memoryReservation: 32 }],
  ["memorySwap -1", { memory: 64, memorySwap: -1 }],
  ['capabilities drops ["ALL"] alone', { capabilities: { drops: ["ALL"] } }],
  ["capabilities with CAP_", { capabilities: { drops: ["ALL"], adds: ["CAP_NET_RAW", "CAP_CHOWN"] } }],
  ["no-new-privileges", options("no-new-privileges")],
  ["no-new-privileges:true", options("no-new-privileges:true")],
  ["seccomp=unconfined", options("seccomp=unconfined")],
  ["cpus 0.5", { cpus: "0.5" }],
  ["cpus 1.0", { cpus: "1.0" }],
  ["cpus 1.5", { cpus: "1.5" }],
  ["cpuShares and cpuSet", { cpuShares: 512, cpuSet: "0" }],
  ["network host", { networkMode: "host" }],
  ["network none", { networkMode: "none" }],
  ["hostname and domainname", { hostname: "one", domainname: "example.test" }],
  ["dns", { dns: ["192.0.2.1"], dnsOpts: ["ndots:1"], dnsSearches: ["example.test"] }],
  [
    "hosts, with host-gateway",
    {
      hosts: [
        { host: "one", ip: "192.0.2.1" },
        { host: "engine", ip: "host-gateway" },
      ],
    },
  ],
  ["init at creation", { init: true }],
  ["user and workingDir", { user: "1000:1000", workingDir: "/tmp" }],
  [
    "sysctls and ulimits",
    { sysctls: { "net.core.somaxconn": "512" }, ulimits: [{ name: "nofile", soft: 64, hard: 128 }] },
  ],
  ["shmSize", { shmSize: 128 }],
  ["stopSignal and stopTimeout", { stopSignal: "SIGINT", stopTimeout: 7 }],
  ["groupAdds", { groupAdds: ["100", "200"] }],
  ["log driver json-file", { logDriver: "json-file", logOpts: { "max-size": "1m", "max-file": "2" } }],
  ["log driver local", { logDriver: "local" }],
  ["log driver none", { logDriver: "none" }],
  ["tmpfs and readOnly", { tmpfs: { "/run": "size=1m,mode=755" }, readOnly: true }],
  ["a mount of a directory", { mounts: [{ type: "bind", source: "/etc", target: "/host", readOnly: true }] }],
  [
    "a mount with propagation",
    { mounts: [{ type: "bind", source: "/etc", target: "/host", bindOptions: { propagation: "rslave" } }] },
  ],
  ["a mount of memory", { mounts: [{ type: "tmpfs", target: "/m", tmpfsOptions: { sizeBytes: 65536, mode: 0o700 } }] }],
  ["volumes of a directory", { volumes: [{ hostPath: "/etc", containerPath: "/host", readOnly: true }] }],
  ["an anonymous volume", { volumes: [{ containerPath: "/data" }] }],
  [
    "uploads of every kind",
    {
      uploads: [
        { file: "/etc/one", content: "text" },
        { file: "/etc/two", contentBase64: "AAEC", executable: true },
        { file: "/etc/three", source: __filename, permissions: "0400" },
        { file: "/etc/four", source: __filename, sourceHash: "abc" },
      ],
    },
  ],
  ["on-failure with retries", { restart: "on-failure", maxRetryCount: 3 }],
  ["ipc, pid and cgroup namespaces", { ipcMode: "host", pidMode: "host", cgroupnsMode: "host" }],
  ["devices", { devices: [{ hostPath: "/dev/null", containerPath: "/dev/nothing" }, { hostPath: "/dev/zero" }] }],
])("%s", async (_name, inputs) => {
  await expectStable(w.resource(CONTAINER), idle(inputs));
});

test("a container that runs", () => expectStable(w.resource(CONTAINER), w.sleeper()));

test.each(["volume", "mounts"])("a named volume by %s", async (kind) => {
  const volume = w.resource(VOLUME);
  await volume.up({ name: uniqueName() });
  const name = volume.known().id;
  const inputs: PropertyMap =
    kind === "volume"
      ? { volumes: [{ volumeName: name, containerPath: "/data" }] }
      : { mounts: [{ type: "volume", source: name, target: "/data" }] };
  await expectStable(w.resource(CONTAINER), idle(inputs));
});

test("environment and labels in another order", async () => {
  const labels = ["one", "two"].map((label) => ({ label, value: "x" }));
  const program = idle({ envs: ["A=1", "B=2"], labels });
  await expectStable(w.resource(CONTAINER), program, {
    ...program,
    envs: ["B=2", "A=1"],
    labels: [...labels].reverse(),
  });
});

describe("ports", () => {
  test.each([
    ["without an address", {}],
    ["with an address", { ip: "127.0.0.1" }],
  ])("%s", async (_name, more) => {
    await expectStable(
      w.resource(CONTAINER),
      w.sleeper({ ports: [{ internal: 80, external: await freePort(), ...more }] }),
    );
  });

  test("chosen by the engine", () =>
    expectStable(w.resource(CONTAINER), w.sleeper({ ports: [{ internal: 80, ip: "127.0.0.1" }] })));

  test("two, not in the order of their numbers, and then in another order", async () => {
    const ports = [443, 80].map((internal) => ({ internal, ip: "127.0.0.1" }));
    const program = w.sleeper({ ports });
    await expectStable(w.resource(CONTAINER), program);
    await expectStable(w.resource(CONTAINER), program, { ...program, ports: [...ports].reverse() });
  });

  test("TCP and UDP on one number", async () => {
    const external = await freePort();
    const ports = ["udp", "tcp"].map((protocol) => ({ internal: 53, external, ip: "127.0.0.1", protocol }));
    await expectStable(w.resource(CONTAINER), w.sleeper({ ports }));
  });
});

describe("networks of a container", () => {
  let network: ResourceUnderTest;
  let name: string;
  beforeEach(async () => {
    name = uniqueName();
    network = w.resource(NETWORK);
    await network.up({ name });
  });

  test("networkMode by name", () => expectStable(w.resource(CONTAINER), w.sleeper({ networkMode: name })));

  test("networksAdvanced by name", () =>
    expectStable(w.resource(CONTAINER), w.sleeper({ networksAdvanced: [{ name, aliases: ["one"] }] })));

  test("networksAdvanced by id", () =>
    expectStable(w.resource(CONTAINER), w.sleeper({ networksAdvanced: [{ name: network.known().id }] })));

  test("several networks, with a fixed address", async () => {
    const other = uniqueName();
    await w.resource(NETWORK).up({ name: other, ipamConfigs: [{ subnet: "10.213.7.0/24" }] });
    const networksAdvanced = [{ name }, { name: other, ipv4Address: "10.213.7.77" }];
    await expectStable(w.resource(CONTAINER), w.sleeper({ networkMode: name, networksAdvanced }));
  });
});

test.each<[string, PropertyMap]>([
  ["ipamConfigs with a gateway", { ipamConfigs: [{ subnet: "10.213.8.0/24", gateway: "10.213.8.1" }] }],
  ["ipamConfigs without a gateway", { ipamConfigs: [{ subnet: "10.213.8.0/24", ipRange: "10.213.8.128/25" }] }],
  ["options", { options: { "com.docker.network.bridge.enable_icc": "false" }, internal: true }],
])("a network with %s", async (_name, inputs) => {
  await expectStable(w.resource(NETWORK), { name: uniqueName(), ...inputs });
});

test("a volume with driverOpts", () =>
  expectStable(w.resource(VOLUME), {
    name: uniqueName(),
    driver: "local",
    driverOpts: { type: "none", o: "bind", device: "/tmp" },
    labels: [{ label: "a", value: "b" }],
  }));

test.each([
  [NETWORK, {}],
  [VOLUME, {}],
])("an automatic name of a %s", (type, inputs) => expectStable(w.resource(type), inputs));
