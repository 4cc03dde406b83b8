import fs from "node:fs";
import { once } from "node:events";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import type { EngineAddress } from "../engines/locate";
import { findEngine, knowsStartInterval, prepare, StackFaults } from "../prepare";
import { configOf } from "./support/config";
import { FakeEngines } from "./support/fake-engine";
import { freePort } from "./support/free-port";

let directory: string;
let server: http.Server;
let engine: EngineAddress;
let containers: object[];
let memory: number;

beforeEach(async () => {
  directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-prepare-"));
  containers = [];
  memory = 16 * 1024 ** 3;
  const socket = path.join(directory, "engine.sock");
  const answer = (url = ""): unknown => (url.endsWith("/info") ? { MemTotal: memory } : containers);
  server = http.createServer(({ url }, response) => response.end(JSON.stringify(answer(url)))).listen(socket);
  await once(server, "listening");
  engine = {
    host: `unix://${socket}`,
    socketPath: socket,
    id: "engine-1",
    version: "28.2.2",
    apiVersion: "1.50",
    name: "docker",
    rootless: false,
    selinux: false,
    origin: "found",
  };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(directory, { recursive: true });
});

/** A config with a free port and a data directory of its own, built images, and these keys. */
const config = async (set: Readonly<Record<string, string>> = {}) =>
  configOf({
    httpPort: String(await freePort()),
    bindAddress: "127.0.0.1",
    dataDir: path.join(directory, "data"),
    secretsFile: path.join(directory, "env"),
    imageSource: "build",
    ...set,
  });

const faultsOf = async (set: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const failure: unknown = await prepare(await config(set), engine).catch((error: unknown) => error);
  if (failure instanceof StackFaults) return failure.faults;
  throw new Error(`no faults: ${JSON.stringify(failure)}`);
};

describe("a stack that can come up", () => {
  it("is planned for the engine, with its socket and the owner of its data", async () => {
    const prepared = await prepare(await config(), engine);
    expect(prepared).toMatchObject({
      place: { host: engine.host, engineSocket: engine.socketPath },
      owner: { project: "mcp-gateway-stack", stack: "dev", engine: "engine-1" },
    });
    expect(Object.keys(prepared.plan.core)).toEqual(["ingress", "router", "gateway", "nixos"]);
  });

  it.each([
    ["docker", "1.43", false],
    ["docker", "1.44", true],
    ["docker", "2.0", true],
    ["podman", "1.44", false],
  ] as const)("checks services more often while they start: %s with API %s: %s", (name, apiVersion, expected) => {
    expect(knowsStartInterval({ name, apiVersion })).toBe(expected);
  });

  it("mounts the usual socket where the engine is reached over TCP", async () => {
    const { place } = await prepare(await config(), { ...engine, socketPath: undefined });
    expect(place.engineSocket).toBe("/var/run/docker.sock");
  });

  it("tells how much memory Dify may take, and nothing without Dify", async () => {
    const notes = async (set?: Record<string, string>) => (await prepare(await config(set), engine)).notes;
    expect(await notes()).toEqual([expect.stringMatching(/^policy: \d+ rules hold for 11 services$/)]);
    expect(await notes({ bundles: "dify" })).toEqual([
      "Dify: the memory limits of its services add up to 6656 MiB; the engine has 16384 MiB",
      expect.stringMatching(/^policy: \d+ rules hold for 27 services$/),
    ]);
  });

  it("takes the label of SELinux from containers where it is on", async () => {
    const { place } = await prepare(await config(), { ...engine, selinux: true });
    expect(place.selinux).toBe(true);
  });

  it("says what Podman cannot keep apart", async () => {
    const { notes, place } = await prepare(await config(), { ...engine, name: "podman" });
    expect(place.engineName).toBe("podman");
    expect(notes[0]).toMatch(/^engine podman: networks without a way outside have an address of this host/);
  });

  it("says what it means that the gateway holds the engine's socket", async () => {
    const { notes } = await prepare(await config({ gatewayMode: "socket" }), engine);
    expect(notes).toEqual([
      "gatewayMode socket: mcp-gateway starts catalog servers by the engine's socket, so whoever takes it over is root on this host; without it: pulumi config set gatewayMode static",
      expect.stringMatching(/^policy: /),
    ]);
  });

  it("says what is reachable, and lets an engine hide its clients where nobody else gets in", async () => {
    const hiding = { ...engine, hidesClients: "it forwards" };
    const { exposure } = await prepare(await config(), hiding);
    expect(exposure).toMatchObject({
      open: false,
      text: expect.stringContaining("(ingress), from this machine") as unknown,
    });
    expect((await prepare(await config({ bindAddress: "0.0.0.0" }), engine)).exposure.open).toBe(true);
  });

  it("leaves no trace", async () => {
    await prepare(await config(), engine);
    expect(fs.readdirSync(directory)).toEqual(["engine.sock"]);
  });
});

describe("every fault is reported at once", () => {
  it("an engine without root among them, where services could not use the data", async () => {
    const failure: unknown = await prepare(await config(), { ...engine, rootless: true }).catch(
      (error: unknown) => error,
    );
    expect((failure as StackFaults).faults).toEqual([
      expect.stringMatching(
        /^containerSocket: the engine at unix:.* runs without root.*pulumi config set containerSocket PATH$/,
      ),
    ]);
  });

  it("of ports and data", async () => {
    const set = { httpPort: "18811", overrides: '{"mcp-gateway":{"hostPort":18812}}' };
    containers = [18811, 18812].map((PublicPort) => ({
      Names: ["/web"],
      Image: "nginx",
      Labels: {},
      Ports: [{ PrivatePort: 80, PublicPort, IP: "0.0.0.0", Type: "tcp" }],
    }));
    fs.mkdirSync(path.join(directory, "data"));
    const owner = { project: "mcp-gateway-stack", stack: "other", engine: "engine-1" };
    fs.writeFileSync(path.join(directory, "data/owner.json"), JSON.stringify(owner));
    const faults = await faultsOf(set);
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
      "dataDir",
      "httpPort",
      "overrides.mcp-gateway.hostPort",
    ]);
  });

  it("of a disk without room for the data", async () => {
    // The kernel's own file system takes nothing.
    expect(await faultsOf({ dataDir: "/proc/mcp-data" })).toEqual([
      'dataDir: "/proc/mcp-data" is on a disk with 0 MiB of free space, and an update needs 50; free some, or choose a directory on another: pulumi config set dataDir DIR',
    ]);
  });

  it("of a stack that everybody could use although nobody said so", async () => {
    engine = { ...engine, hidesClients: "it forwards" };
    const faults = await faultsOf({ bindAddress: "0.0.0.0", httpPort: "18815", dataDir: "/proc/mcp-data" });
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual(["auth", "dataDir"]);
    expect(faults[0]).toContain("because it forwards. Keep it to this machine");
  });

  it("of catalog and data", async () => {
    fs.mkdirSync(path.join(directory, "data"));
    const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-0" };
    fs.writeFileSync(path.join(directory, "data/owner.json"), JSON.stringify(owner));
    const faults = await faultsOf({ imageSource: "pull", servers: "time,github-official,tiem" });
    expect(faults.map((fault) => fault.slice(0, fault.indexOf('" ')))).toEqual([
      'servers: "tiem',
      'servers: "github-official',
      `dataDir: "${path.join(directory, "data")}`,
    ]);
  });

  it("of Dify: its port, the engine's memory and data of another PostgreSQL", async () => {
    memory = 4 * 1024 ** 3;
    containers = [
      { Names: ["/web"], Image: "nginx", Labels: {}, Ports: [{ PrivatePort: 80, PublicPort: 18813, IP: "0.0.0.0" }] },
    ];
    const postgres = path.join(directory, "data/dify/postgres");
    fs.mkdirSync(postgres, { recursive: true });
    fs.writeFileSync(path.join(postgres, "PG_VERSION"), "15\n");
    const faults = await faultsOf({ bundles: "dify", difyPort: "18813" });
    expect(faults.slice(0, 3)).toEqual([
      expect.stringMatching(/^difyPort: port 18813 on 127\.0\.0\.1 is taken by the container web/),
      'bundles: "dify" needs 6656 MiB, the sum of its services\' memory limits, but the engine has only 4096 MiB; leave dify out, ' +
        "give the engine more, or lower limits: pulumi config set --path overrides.dify-worker.memoryMiB 1024",
      expect.stringMatching(/holds data of PostgreSQL 15, and this version runs 17/),
    ]);
  });

  it.each([
    [["one"], "The stack has a fault, and nothing was changed:\n  one"],
    [["one", "two"], "The stack has 2 faults, and nothing was changed:\n  one\n  two"],
  ])("as one message: %j", (faults, message) => {
    expect(new StackFaults(faults).message).toBe(message);
  });
});

describe("the engine", () => {
  const engines = new FakeEngines();
  const before = process.env["CONTAINER_SOCKET"];
  afterEach(() => {
    if (before === undefined) delete process.env["CONTAINER_SOCKET"];
    else process.env["CONTAINER_SOCKET"] = before;
  });
  afterAll(() => engines.close());

  it("that the config names is taken", async () => {
    const { socket } = await engines.start();
    expect(await findEngine({ containerSocket: socket })).toMatchObject({
      host: `unix://${socket}`,
      origin: "config containerSocket",
    });
  });

  it("that only the environment names is said to come from there", async () => {
    const { socket } = await engines.start();
    process.env["CONTAINER_SOCKET"] = socket;
    expect((await findEngine({ containerSocket: socket })).origin).toBe("environment variable CONTAINER_SOCKET");
  });
});
