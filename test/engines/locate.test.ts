import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { EngineNotFound, EngineUnreachable, locateEngine, usualPlaces, type LocateOptions } from "../../engines/locate";
import { DOCKER_INFO, FakeEngines, type FakeEngine } from "../support/fake-engine";

const engines = new FakeEngines();
/** One engine per way to name it, in the order in which they win. */
const WAYS = ["config", "CONTAINER_SOCKET", "DOCKER_HOST", "context", "found"] as const;
const running = {} as Record<(typeof WAYS)[number], FakeEngine>;
const home = path.join(engines.directory, "home");

beforeAll(async () => {
  for (const way of WAYS) running[way] = await engines.start({ body: { ...DOCKER_INFO, ID: way } });
  const context = path.join(home, ".docker/contexts/meta", createHash("sha256").update("own").digest("hex"));
  mkdirSync(context, { recursive: true });
  const endpoints = { docker: { Host: `unix://${running.context.socket}` } };
  writeFileSync(path.join(context, "meta.json"), JSON.stringify({ Name: "own", Endpoints: endpoints }));
});
afterAll(() => engines.close());

/** Names all engines but the first `skipped` ones. */
function naming(skipped: number): LocateOptions {
  const env = {
    CONTAINER_SOCKET: running.CONTAINER_SOCKET.socket,
    DOCKER_HOST: running.DOCKER_HOST.tcp,
    DOCKER_CONTEXT: "own",
  };
  const named = Object.entries(env).filter((_, index) => index + 1 >= skipped);
  return {
    containerSocket: skipped === 0 ? running.config.socket : undefined,
    env: Object.fromEntries(named),
    home,
    platform: "linux",
    candidates: [{ place: "/nowhere/first.sock" }, { place: running.found.socket }],
  };
}

const nothing: LocateOptions = { env: {}, home, candidates: [] };

describe("locateEngine", () => {
  it.each([
    [0, "config", "config containerSocket"],
    [1, "CONTAINER_SOCKET", "environment variable CONTAINER_SOCKET"],
    [2, "DOCKER_HOST", "environment variable DOCKER_HOST"],
    [3, "context", 'docker context "own"'],
    [4, "found", "found"],
  ] as const)("without the first %i ways to name one takes %s", async (skipped, id, origin) => {
    await expect(locateEngine(naming(skipped))).resolves.toMatchObject({ id, origin });
  });

  it("returns all that is known of an engine with a socket", async () => {
    const { socket } = running.config;
    await expect(locateEngine(naming(0))).resolves.toEqual({
      host: `unix://${socket}`,
      socketPath: socket,
      id: "config",
      version: "28.2.2",
      apiVersion: "1.50",
      name: "docker",
      rootless: false,
      selinux: false,
      origin: "config containerSocket",
    });
  });

  it("knows no socket to mount over TCP", async () => {
    const { tcp } = running.DOCKER_HOST;
    await expect(locateEngine(naming(2))).resolves.toMatchObject({ host: tcp, socketPath: undefined });
  });

  it("on macOS mounts the socket inside the engine's machine", async () => {
    const { socket } = running.config;
    await expect(locateEngine({ ...naming(0), platform: "darwin" })).resolves.toMatchObject({
      host: `unix://${socket}`,
      socketPath: "/var/run/docker.sock",
    });
  });

  it("on Docker Desktop for Linux mounts the socket inside its machine", async () => {
    const { socket } = await engines.start({ body: { ...DOCKER_INFO, OperatingSystem: "Docker Desktop" } });
    await expect(locateEngine({ ...nothing, containerSocket: socket, platform: "linux" })).resolves.toMatchObject({
      host: `unix://${socket}`,
      socketPath: "/var/run/docker.sock",
    });
  });

  it("tells a config value that came from CONTAINER_SOCKET as the variable's", async () => {
    const { containerSocket: _, ...options } = naming(1);
    await expect(locateEngine({ ...options, containerSocket: running.CONTAINER_SOCKET.socket })).resolves.toMatchObject(
      { origin: "environment variable CONTAINER_SOCKET" },
    );
  });

  it("takes an empty variable for an unset one", async () => {
    const env = { CONTAINER_SOCKET: "", DOCKER_HOST: "", DOCKER_CONTEXT: "" };
    await expect(locateEngine({ ...naming(4), env })).resolves.toMatchObject({ id: "found" });
  });

  it.each([
    [
      { containerSocket: "/nowhere/config.sock" },
      "no container engine at /nowhere/config.sock, which config containerSocket names: does not exist. Start that engine, or correct it (pulumi config set containerSocket PATH) or remove it (pulumi config rm containerSocket); no other engine is taken in its place",
    ],
    [
      { env: { CONTAINER_SOCKET: "/nowhere/variable.sock" } },
      "no container engine at /nowhere/variable.sock, which environment variable CONTAINER_SOCKET names: does not exist. Start that engine, or correct or unset CONTAINER_SOCKET; no other engine is taken in its place",
    ],
    [
      { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } },
      "no container engine at tcp://127.0.0.1:1, which environment variable DOCKER_HOST names: refuses connections: no engine listens there. Start that engine, or correct or unset DOCKER_HOST; no other engine is taken in its place",
    ],
    [
      { env: { DOCKER_HOST: "ssh://me@host" } },
      'environment variable DOCKER_HOST: "ssh://me@host" is not supported: containers mount files of this machine, so the engine has to run on it (correct or unset DOCKER_HOST)',
    ],
    [
      { env: { DOCKER_HOST: "tcp://127.0.0.1:2376", DOCKER_TLS_VERIFY: "1" } },
      'environment variable DOCKER_HOST: "tcp://127.0.0.1:2376" needs TLS because DOCKER_TLS_VERIFY is set, which is not supported: unset DOCKER_TLS_VERIFY, or name the engine\'s socket',
    ],
  ])("never falls through to another engine: %p", async (named, message) => {
    const candidates = [{ place: running.found.socket }];
    await expect(locateEngine({ ...nothing, candidates, ...named })).rejects.toEqual(new EngineUnreachable(message));
  });

  it("lists what was tried and why each failed when none is named and none answers", async () => {
    const silent = await engines.start({ silent: "at once" });
    const candidates = [
      { place: "/nowhere/docker.sock" },
      { place: "$XDG_RUNTIME_DIR/podman/podman.sock", missing: "XDG_RUNTIME_DIR" },
      { place: silent.socket },
    ];
    const error: unknown = await locateEngine({ ...nothing, candidates, timeoutMs: 50 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(EngineNotFound);
    expect((error as Error).message).toBe(`no container engine answers; tried
    /nowhere/docker.sock: does not exist
    $XDG_RUNTIME_DIR/podman/podman.sock: XDG_RUNTIME_DIR is not set
    ${silent.socket}: no answer within 0.05 s
start one, or name its socket: pulumi config set containerSocket PATH`);
  });
});

describe("usualPlaces", () => {
  it("are those of Docker, Docker Desktop on WSL, Podman and Docker Desktop", () => {
    expect(usualPlaces({ env: { XDG_RUNTIME_DIR: "/run/user/1000" }, home: "/home/me" })).toEqual([
      { place: "/var/run/docker.sock" },
      { place: "/mnt/wsl/shared-docker/docker.sock" },
      { place: "/run/user/1000/podman/podman.sock" },
      { place: "/home/me/.docker/run/docker.sock" },
    ]);
  });

  it("say that XDG_RUNTIME_DIR is missing", () => {
    expect(usualPlaces({ env: {}, home: "/home/me" })).toContainEqual({
      place: "$XDG_RUNTIME_DIR/podman/podman.sock",
      missing: "XDG_RUNTIME_DIR",
    });
  });
});
