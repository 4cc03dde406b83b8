import { contentHash } from "../../engines/files/layout";
import { containerArgs, goDuration, networkForm, type Placement } from "../../engines/container-args";
import { spec } from "../support/spec";

const place: Placement = {
  project: "stack",
  stack: "dev",
  dataDir: "/data",
  engineSocket: "/run/engine.sock",
  image: "example.org/web@sha256:0123",
  generations: ["one"],
};
const labelOf = (args: ReturnType<typeof containerArgs>, label: string) =>
  args.labels.find((entry) => entry.label === label)?.value;
const specHash = (changes: Parameters<typeof spec>[0] = {}, other: Partial<Placement> = {}) =>
  labelOf(containerArgs(spec(changes), { ...place, ...other }), "mcp-stack.spec");

describe("containerArgs", () => {
  it("has no label of SELinux where that keeps containers from files of the host, and is as it was elsewhere", () => {
    const { securityOpts } = containerArgs(spec(), { ...place, selinux: true });
    expect(securityOpts).toEqual(["no-new-privileges:true", "label=disable"]);
    expect(specHash({}, { selinux: false })).toBe(specHash());
    expect(specHash({}, { selinux: true })).not.toBe(specHash());
  });

  it("writes every value in the form in which the provider reads it back", () => {
    expect(containerArgs(spec(), place)).toEqual({
      name: "stack-dev-web",
      image: "example.org/web@sha256:0123",
      envs: [],
      readOnly: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      init: false,
      stopTimeout: 10,
      destroyGraceSeconds: 10,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      networksAdvanced: [{ name: "stack-dev-edge", aliases: ["web"] }],
      ports: [],
      mounts: [],
      tmpfs: {},
      healthcheck: { tests: ["CMD", "wget", "/"], interval: "5s", timeout: "3s", retries: 3, startPeriod: "1m30s" },
      memory: 64,
      memorySwap: 64,
      restart: "unless-stopped",
      wait: true,
      waitTimeout: 30,
      labels: [
        { label: "mcp-stack.project", value: "stack" },
        { label: "mcp-stack.service", value: "web" },
        { label: "mcp-stack.spec", value: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
        { label: "mcp-stack.stack", value: "dev" },
      ],
    });
  });

  it("mounts data, rendered directories, secrets and the engine's socket, and gives memory for scratch space", () => {
    const files = [{ path: "a.conf", content: "a" }];
    const args = containerArgs(
      spec({
        mounts: [
          { kind: "data", path: "web", target: "/var/web" },
          { kind: "engine-socket", target: "/var/run/docker.sock" },
          { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
        ],
        files: [{ target: "/etc/web", files }],
        secrets: [{ secret: "token", target: "/run/secrets/token" }],
      }),
      place,
    );
    expect(args.mounts).toEqual([
      { type: "bind", source: "/data/web", target: "/var/web", readOnly: false },
      { type: "bind", source: "/run/engine.sock", target: "/var/run/docker.sock", readOnly: false },
      { type: "bind", source: `/data/rendered/web/${contentHash(files)}`, target: "/etc/web", readOnly: true },
      { type: "bind", source: "/data/secrets/token", target: "/run/secrets/token", readOnly: true },
    ]);
    expect(args.tmpfs).toEqual({ "/tmp": "size=16m,mode=1777" });
  });

  it("says the same to Podman in its words, and replaces what Podman cannot change", () => {
    const podman = { ...place, engineName: "podman" } as const;
    const mount = { kind: "tmpfs", target: "/run/web", sizeMiB: 1, owner: "7:8" } as const;
    const tmpfsOf = (user: string) => containerArgs(spec({ mounts: [mount], user }), podman).tmpfs;
    expect(tmpfsOf("7:8")).toEqual({ "/run/web": "size=1m,mode=755,U" });
    expect(tmpfsOf("9:9")).toEqual({ "/run/web": "size=1m,mode=1777" });
    expect(containerArgs(spec({ outsideNames: false }), podman)).not.toHaveProperty("dns");
    expect(networkForm("edge", "podman")).toEqual({ internal: true });
    expect(networkForm("mcp-outside", "podman")).toEqual({ options: { isolate: "true" } });
    const hashes = [64, 96].map((memoryMiB) => specHash({ memoryMiB }, podman));
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it("gives scratch space to a user", () => {
    const mount = { kind: "tmpfs", target: "/run/web", sizeMiB: 1, owner: "7:8" } as const;
    expect(containerArgs(spec({ mounts: [mount] }), place).tmpfs).toEqual({
      "/run/web": "size=1m,mode=755,uid=7,gid=8",
    });
  });

  it("publishes ports with an explicit address", () => {
    const args = containerArgs(spec({ ports: [{ container: 8080, host: 8811, address: "0.0.0.0" }] }), place);
    expect(args.ports).toEqual([{ internal: 8080, external: 8811, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  it("neither checks health inside nor waits where the image cannot be asked", () => {
    const args = containerArgs(spec({ health: { externalOnly: "no shell" } }), place);
    expect(args).not.toHaveProperty("healthcheck");
    expect(args).not.toHaveProperty("wait");
  });

  it("says the signal that ends it, and looks up outside names, only where the spec does", () => {
    const args = containerArgs(spec({ stopSignal: "SIGINT", outsideNames: false }), place);
    expect(args).toMatchObject({ stopSignal: "SIGINT", dns: ["127.0.0.1"], dnsOpts: ["attempts:1", "timeout:1"] });
    const plain = containerArgs(spec(), place);
    expect(plain).not.toHaveProperty("stopSignal");
    expect(plain).not.toHaveProperty("dns");
    expect(plain).not.toHaveProperty("dnsOpts");
  });

  it.each<[string, Parameters<typeof spec>[0]]>([
    ["a removed environment variable", { environment: { A: "1" } }],
    ["the command", { command: ["serve"] }],
    ["the entry point", { entrypoint: ["/bin/web"] }],
    ["the user", { user: "1:1" }],
    [
      "an edited health check",
      {
        health: {
          command: ["wget", "/health"],
          intervalSeconds: 5,
          timeoutSeconds: 3,
          retries: 3,
          startPeriodSeconds: 90,
        },
      },
    ],
    ["a capability", { capabilities: ["CAP_NET_ADMIN"] }],
    ["scratch space", { mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 1 }] }],
    ["a rendered file", { files: [{ target: "/etc/web", files: [{ path: "a", content: "b" }] }] }],
    ["the init process", { init: true }],
  ])("has another spec label after a change of %s", (_what, changes) => {
    expect(specHash(changes)).not.toBe(specHash());
  });

  it("has the spec label that it had in stacks of before: another would replace every container for nothing", () => {
    const bare = { project: "p", stack: "s", dataDir: "/d", engineSocket: "/s", image: "i", generations: [] };
    expect(labelOf(containerArgs(spec(), bare), "mcp-stack.spec")).toBe("c50e6e198eafa98d");
  });

  it("has another spec label when mounted files were made again", () => {
    expect(specHash({}, { generations: ["two"] })).not.toBe(specHash());
  });

  it("keeps its spec label when only what changes in place changed", () => {
    expect(specHash({ memoryMiB: 128, startSeconds: 60 })).toBe(specHash());
  });

  it("does not depend on the order of environment variables", () => {
    expect(specHash({ environment: { A: "1", B: "2" } })).toBe(specHash({ environment: { B: "2", A: "1" } }));
  });
});

describe("a GPU", () => {
  const node = (path: string) => ({ hostPath: path, containerPath: path, permissions: "rwm" });
  it.each([
    ["nvidia", { gpus: "all" }],
    ["rocm", { devices: [node("/dev/kfd"), node("/dev/dri")] }],
    ["vulkan", { devices: [node("/dev/dri")] }],
  ] as const)("of kind %s is asked for in the engine's way", (gpu, expected) => {
    expect(containerArgs(spec({ gpu }), place)).toMatchObject(expected);
  });

  it("is asked for by no service that does not want one", () => {
    const args = containerArgs(spec(), place);
    expect(Object.keys(args)).not.toEqual(expect.arrayContaining(["gpus"]));
    expect(Object.keys(args)).not.toEqual(expect.arrayContaining(["devices"]));
  });
});

describe("goDuration", () => {
  it.each([
    [5, "5s"],
    [60, "1m0s"],
    [90, "1m30s"],
    [3600, "1h0m0s"],
    [3725, "1h2m5s"],
  ])("%d s is %s", (seconds, text) => {
    expect(goDuration(seconds)).toBe(text);
  });
});
