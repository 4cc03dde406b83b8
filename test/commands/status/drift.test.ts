import type Docker from "dockerode";
import { driftOf, podmanDriftOf, type Found } from "../../../commands/status/drift";
import { containerArgs } from "../../../engines/container-args";
import { spec } from "../../support/spec";

const PLACE = {
  project: "mcp-gateway-stack",
  stack: "dev",
  dataDir: "/data",
  engineSocket: "/var/run/docker.sock",
  image: "web:1",
  generations: ["one"],
};
const ARGS = containerArgs(
  spec({
    environment: { A: "1" },
    ports: [{ container: 8080, host: 80, address: "127.0.0.1" }],
    mounts: [
      { kind: "data", path: "web", target: "/web" },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 16 },
    ],
    secrets: [{ secret: "key", target: "/key" }],
    command: ["serve"],
    user: "1:1",
  }),
  PLACE,
);
const NETWORK = "mcp-gateway-stack-dev-edge";
const LABELS = Object.fromEntries(ARGS.labels.map(({ label, value }) => [label, value]));

/** What an engine tells of the container right after it was made; `config` and `host` are put over it. */
function found(config: object = {}, host: object = {}, networks: object = { [NETWORK]: { Aliases: ["web"] } }): Found {
  const container = {
    Config: {
      Env: ["A=1", "PATH=/bin"],
      Labels: { ...LABELS, built: "yes" },
      Image: "web:1",
      Cmd: ["serve"],
      User: "1:1",
      Healthcheck: { Interval: 5e9 },
      ...config,
    },
    HostConfig: {
      Mounts: [
        { Type: "bind", Source: "/data/web", Target: "/web" },
        { Type: "bind", Source: "/data/secrets/key", Target: "/key", ReadOnly: true },
      ],
      Tmpfs: { "/tmp": "size=16m,mode=755" },
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }] },
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "unless-stopped" },
      ...host,
    },
    NetworkSettings: { Networks: networks },
  } as unknown as Docker.ContainerInspectInfo;
  return { container, image: { environment: ["PATH=/bin"], labels: { built: "yes" } } };
}

describe("a container of Docker Desktop", () => {
  const labels = { ...LABELS, built: "yes", "desktop.docker.io/mounts/0/Source": "/data/web" };
  const mounts = (web: string) => ({
    Mounts: [
      { Type: "bind", Source: web, Target: "/web" },
      { Type: "bind", Source: "/host_mnt/data/secrets/key", Target: "/key", ReadOnly: true },
    ],
  });

  it.each([
    ["in its machine's directory of the host", "/host_mnt/data/web"],
    [
      "of a WSL distribution, which it does not tell",
      "/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/9c20",
    ],
  ])("is as it was made, with labels of Docker Desktop's own and mounts %s", (_what, web) => {
    expect(driftOf(ARGS, found({ Labels: labels }, mounts(web)))).toEqual([]);
  });

  it("is changed when another directory is mounted", () => {
    expect(driftOf(ARGS, found({ Labels: labels }, mounts("/host_mnt/data/other")))).toEqual([
      "mount /web is /data/other, not /data/web",
    ]);
  });
});

describe("a container of Podman", () => {
  // As Podman 4.3.1 tells it.
  const host = {
    Mounts: undefined,
    Binds: ["/data/web:/web:rw,rprivate,rbind", "/data/secrets/key:/key:ro,rprivate,rbind"],
    Tmpfs: { "/tmp": "size=16m,mode=755,rw,rprivate,nosuid,nodev,tmpcopyup", "/run": "rw,rprivate" },
    PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }], "9090/tcp": null },
    CapDrop: ["CHOWN", "KILL"],
    SecurityOpt: ["no-new-privileges"],
  };
  const config = { Env: ["A=1", "PATH=/bin", "container=podman"], Image: "localhost/web:1" };

  it("differs in nothing, right after it was made", () => {
    expect(podmanDriftOf(ARGS, found(config, host))).toEqual([]);
  });

  it("differs in limits, mounts and ports", () => {
    const other = { ...host, Memory: 2 ** 20, Binds: host.Binds.slice(1), PortBindings: {} };
    expect(podmanDriftOf(ARGS, found(config, other))).toEqual([
      "mount /web is missing",
      "port 8080/tcp is missing",
      "limit of memory is 1 MiB, not 64 MiB",
    ]);
  });
});

const MOUNT = { Type: "bind", Source: "/data/web", Target: "/web" };

describe("a container differs from the stack", () => {
  it("in nothing, right after it was made", () => {
    expect(driftOf(ARGS, found())).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ["another value", { Env: ["A=2"] }, ["environment A has another value"]],
    ["one that is missing", { Env: [] }, ["environment A is missing"]],
    ["one that was added", { Env: ["A=1", "B=secret"] }, ["environment B was added"]],
    ["one of the image with another value", { Env: ["A=1", "PATH=/evil"] }, ["environment PATH was added"]],
  ])("in its environment, %s, without telling values", (_what, config, lines) => {
    expect(driftOf(ARGS, found(config))).toEqual(lines);
  });

  it.each<[string, object, string[]]>([
    ["that say another stack", { ...LABELS, "mcp-stack.stack": "x" }, ["label mcp-stack.stack is x, not dev"]],
    ["that were added", { ...LABELS, mine: "1" }, ["label mine was added"]],
    [
      "of another configuration",
      { ...LABELS, "mcp-stack.spec": "0" },
      ["it was made from another configuration or other files"],
    ],
  ])("in labels %s", (_what, labels, lines) => {
    expect(driftOf(ARGS, found({ Labels: labels }))).toEqual(lines);
  });

  it.each<[string, object, string[]]>([
    ["a missing one", { Mounts: [MOUNT] }, ["mount /key is missing"]],
    ["an added one", { Binds: ["/etc:/host:ro"] }, ["mount /host was added"]],
    [
      "a writable secret",
      { Mounts: [MOUNT, { Source: "/data/secrets/key", Target: "/key" }] },
      ["mount /key is /data/secrets/key, not /data/secrets/key (read-only)"],
    ],
    ["no scratch space", { Tmpfs: null }, ["tmpfs /tmp is missing"]],
  ])("in mounts: %s", (_what, host, lines) => {
    expect(driftOf(ARGS, found({}, host))).toEqual(lines);
  });

  it.each<[string, object, string[]]>([
    ["more memory", { Memory: 128 * 2 ** 20 }, ["limit of memory is 128 MiB, not 64 MiB"]],
    ["fewer processors", { NanoCpus: 5e8 }, ["limit of CPUs is 0.5, not unlimited"]],
    ["another port", { PortBindings: {} }, ["port 8080/tcp is missing"]],
    ["more rights", { CapAdd: ["CAP_NET_ADMIN"] }, ["added capabilities is NET_ADMIN, not nothing"]],
    ["another restart policy", { RestartPolicy: { Name: "no" } }, ["restart policy is no, not unless-stopped"]],
  ])("in what it may use: %s", (_what, host, lines) => {
    expect(driftOf(ARGS, found({}, host))).toEqual(lines);
  });

  it.each<[string, object, string[]]>([
    ["left", {}, [`network ${NETWORK} is missing`]],
    ["joined", { [NETWORK]: { Aliases: ["web"] }, bridge: {} }, ["network bridge was added"]],
    ["under another name", { [NETWORK]: { Aliases: ["x"] } }, [`network ${NETWORK} does not know it as web`]],
  ])("in a network that it %s", (_what, networks, lines) => {
    expect(driftOf(ARGS, found({}, {}, networks))).toEqual(lines);
  });

  it("in its image", () => {
    expect(driftOf(ARGS, found({ Image: "web:2" }))).toEqual(["image is web:2, not web:1"]);
  });
});
