/** Which change of a container's inputs replaces it, updates it, or does nothing: one row for each property. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, NETWORK, uniqueName, world } from "./world";

const w = world();

const upload = { file: "/etc/one", content: "text" };
const labels = [{ label: "a", value: "b" }];
const networkName = uniqueName();

/** A container with something of everything, created and not started. */
const everything = (): PropertyMap => ({
  name: `${networkName}-container`,
  image: w.image,
  command: ["sleep", "3600"],
  entrypoints: ["env"],
  envs: ["A=1", "B=2"],
  labels,
  ports: [{ internal: 80 }],
  uploads: [upload],
  networkMode: networkName,
  networksAdvanced: [{ name: networkName, aliases: ["one"] }],
  hosts: [{ host: "one", ip: "192.0.2.1" }],
  ulimits: [{ name: "nofile", soft: 64, hard: 128 }],
  volumes: [{ containerPath: "/data" }],
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  logDriver: "json-file",
  logOpts: { "max-size": "1m", "max-file": "2" },
  dns: ["192.0.2.1"],
  dnsOpts: ["ndots:1"],
  dnsSearches: ["example.test"],
  hostname: "one",
  domainname: "example.test",
  user: "1000",
  workingDir: "/tmp",
  cpus: "0.5",
  memory: 64,
  memorySwap: 64,
  shmSize: 32,
  stopSignal: "SIGINT",
  stopTimeout: 5,
  sysctls: { "net.core.somaxconn": "512" },
  groupAdds: ["100"],
  devices: [{ hostPath: "/dev/null" }],
  healthcheck: { tests: ["CMD", "true"], interval: "5s" },
  mounts: [
    { type: "bind", source: "/etc", target: "/host", readOnly: true },
    { type: "tmpfs", target: "/memory", tmpfsOptions: { sizeBytes: 65536 } },
  ],
  init: true,
  runtime: "runc",
  ipcMode: "private",
  start: false,
  mustRun: false,
});

let container: ResourceUnderTest;
beforeAll(async () => {
  await w.resource(NETWORK).up({ name: networkName });
  container = w.resource(CONTAINER);
  // Only its state is needed, so that it may go with the first test's things.
  await container.up(everything());
});

const [bind, memory] = [
  { type: "bind", source: "/etc", target: "/host", readOnly: true },
  { type: "tmpfs", target: "/memory", tmpfsOptions: { sizeBytes: 65536 } },
];

test("no change", async () => {
  expect(await container.preview(everything())).toMatchObject({ step: "same", changes: {} });
});

test.each<[string, PropertyMap]>([
  ["name", { name: "other" }],
  ["image", { image: "other" }],
  ["command", { command: ["sleep", "60"] }],
  ["entrypoints, one added", { entrypoints: ["env", "-i"] }],
  ["entrypoints, changed", { entrypoints: ["nice"] }],
  ["envs", { envs: ["A=1", "B=3"] }],
  ["envs, one removed", { envs: ["A=1"] }],
  ["labels", { labels: [{ label: "a", value: "c" }] }],
  ["ports, one added", { ports: [{ internal: 80 }, { internal: 81 }] }],
  ["ports, changed", { ports: [{ internal: 81 }] }],
  ["ports, removed", { ports: [] }],
  ["uploads, content", { uploads: [{ ...upload, content: "other" }] }],
  ["uploads, executable", { uploads: [{ ...upload, executable: true }] }],
  ["uploads, permissions", { uploads: [{ ...upload, permissions: "0600" }] }],
  ["uploads, sourceHash", { uploads: [{ ...upload, sourceHash: "1" }] }],
  ["uploads, one added", { uploads: [upload, { ...upload, file: "/etc/two" }] }],
  ["uploads, removed", { uploads: undefined }],
  ["networksAdvanced, aliases", { networksAdvanced: [{ name: networkName, aliases: ["two"] }] }],
  [
    "networksAdvanced, address",
    { networksAdvanced: [{ name: networkName, aliases: ["one"], ipv4Address: "10.0.0.9" }] },
  ],
  ["networksAdvanced, id for name", { networksAdvanced: [{ name: "0123456789ab", aliases: ["one"] }] }],
  ["networksAdvanced, one added", { networksAdvanced: [{ name: networkName, aliases: ["one"] }, { name: "other" }] }],
  ["networksAdvanced, removed", { networksAdvanced: [] }],
  ["networkMode", { networkMode: "none" }],
  ["hosts", { hosts: [{ host: "one", ip: "192.0.2.2" }] }],
  ["ulimits", { ulimits: [{ name: "nofile", soft: 65, hard: 128 }] }],
  ["volumes", { volumes: [{ containerPath: "/other" }] }],
  ["capabilities", { capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] } }],
  ["securityOpts", { securityOpts: ["seccomp=unconfined"] }],
  ["logDriver", { logDriver: "local" }],
  ["logOpts, changed", { logOpts: { "max-size": "2m", "max-file": "2" } }],
  ["logOpts, a key removed", { logOpts: { "max-size": "1m" } }],
  ["dns", { dns: ["192.0.2.2"] }],
  ["dnsOpts", { dnsOpts: ["ndots:2"] }],
  ["dnsSearches", { dnsSearches: ["other.test"] }],
  ["hostname", { hostname: "two" }],
  ["domainname", { domainname: "other.test" }],
  ["user", { user: "1001" }],
  ["workingDir", { workingDir: "/etc" }],
  ["cpus", { cpus: "1.5" }],
  ["shmSize", { shmSize: 33 }],
  ["stopSignal", { stopSignal: "SIGQUIT" }],
  ["stopTimeout", { stopTimeout: 6 }],
  ["ipcMode", { ipcMode: "host" }],
  ["pidMode", { pidMode: "host" }],
  ["usernsMode", { usernsMode: "host" }],
  ["sysctls", { sysctls: { "net.core.somaxconn": "513" } }],
  ["publishAllPorts", { publishAllPorts: true }],
  ["readOnly", { readOnly: true }],
  ["privileged", { privileged: true }],
  ["groupAdds", { groupAdds: ["101"] }],
  ["tty", { tty: true }],
  ["stdinOpen", { stdinOpen: true }],
  ["platform", { platform: "linux/arm64" }],
  ["storageOpts", { storageOpts: { size: "1G" } }],
  ["cgroupParent", { cgroupParent: "other" }],
  ["cgroupnsMode", { cgroupnsMode: "host" }],
  ["devices", { devices: [{ hostPath: "/dev/zero" }] }],
  ["mounts, one added", { mounts: [bind, memory, { type: "tmpfs", target: "/other" }] }],
  ["mounts, one removed", { mounts: [bind] }],
  ["mounts, tmpfsOptions", { mounts: [bind, { ...memory, tmpfsOptions: { sizeBytes: 65537 } }] }],
  ["mounts, an options block removed", { mounts: [bind, { type: "tmpfs", target: "/memory" }] }],
])("a change of %s replaces, the old one first", async (name, change) => {
  const [property = ""] = name.split(",");
  const { step, changes, deleteBeforeReplace } = await container.preview({ ...everything(), ...change });
  expect({ step, deleteBeforeReplace }).toEqual({ step: "replace", deleteBeforeReplace: true });
  expect([...new Set(Object.keys(changes).map((path) => path.split(/[.[]/, 1)[0]))]).toEqual([property]);
});

test.each([
  "healthcheck",
  "securityOpts",
  "logDriver",
  "entrypoints",
  "command",
  "envs",
  "labels",
  "hostname",
  "init",
  "user",
  "workingDir",
  "stopSignal",
  "stopTimeout",
  "runtime",
  "ipcMode",
  "shmSize",
])("removing %s is no difference at all", async (property) => {
  const without = { ...everything(), [property]: undefined };
  expect(await container.preview(without)).toMatchObject({ step: "same", changes: {} });
});

describe("the order does not matter of", () => {
  const two = (property: string, first: PropertyMap | string, second: PropertyMap | string): [string, PropertyMap] => [
    property,
    { first, second },
  ];
  test.each([
    two("envs", "A=1", "B=2"),
    two("labels", { label: "a", value: "1" }, { label: "b", value: "2" }),
    two("mounts", { type: "tmpfs", target: "/one" }, { type: "tmpfs", target: "/two" }),
    two("uploads", upload, { ...upload, file: "/etc/two" }),
    two("volumes", { containerPath: "/one" }, { containerPath: "/two" }),
    two("securityOpts", "no-new-privileges", "seccomp=unconfined"),
    two("dns", "192.0.2.1", "192.0.2.2"),
    two("dnsOpts", "ndots:1", "rotate"),
    two("dnsSearches", "one.test", "two.test"),
    two("hosts", { host: "one", ip: "192.0.2.1" }, { host: "two", ip: "192.0.2.2" }),
    two("ulimits", { name: "nofile", soft: 1, hard: 2 }, { name: "nproc", soft: 1, hard: 2 }),
    two("groupAdds", "100", "200"),
    two("devices", { hostPath: "/dev/null" }, { hostPath: "/dev/zero" }),
  ])("%s", async (property, { first, second }) => {
    const idle = w.sleeper({ start: false, mustRun: false });
    const ordered = w.resource(CONTAINER);
    await ordered.up({ ...idle, [property]: [first ?? null, second ?? null] });
    await ordered.refresh();
    const plan = await ordered.preview({ ...idle, [property]: [second ?? null, first ?? null] });
    expect(plan.changes).toEqual({});
  });
});

test.each([
  ["command", ["sleep", "1"], ["1", "sleep"]],
  ["entrypoints", ["env", "-i"], ["-i", "env"]],
])("the order matters of %s", async (property, ordered, reversed) => {
  const idle = { image: w.image, start: false, mustRun: false };
  const list = w.resource(CONTAINER);
  await list.up({ ...idle, [property]: ordered });
  expect(await list.preview({ ...idle, [property]: reversed })).toMatchObject({ step: "replace" });
});

test("the order matters of healthcheck.tests", async () => {
  const healthcheck = { tests: ["true", "CMD"], interval: "5s" };
  expect(await container.preview({ ...everything(), healthcheck })).toMatchObject({
    step: "update",
    changes: { "healthcheck.tests[0]": "update", "healthcheck.tests[1]": "update" },
  });
});
