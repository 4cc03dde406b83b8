import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mcpGatewayStaticService } from "../../services/mcp-gateway-static";
import { spec as service } from "../support/spec";

const catalog = { files: { catalog: "C", registry: "R", config: "K", tools: "T" }, servers: [] };
const time = service({ name: "mcp-time", secrets: [{ secret: "mcp-time-env", target: "/run/secrets/mcp-time-env" }] });
const gateway = (...servers: (typeof time)[]) => mcpGatewayStaticService({ catalog, servers });
const fileAt = (name: string, ...servers: (typeof time)[]): string =>
  gateway(...servers).files.flatMap(({ files }) => files.filter((file) => file.path === name))[0]?.content ?? "";

describe("mcp-gateway without the engine's socket", () => {
  it("starts nothing, is nobody, and keeps nothing", () => {
    const spec = gateway();
    expect(spec.command).toContain("--static");
    expect(spec.mounts.map(({ kind }) => kind)).toEqual(["tmpfs", "tmpfs"]);
    expect(spec).toMatchObject({ user: "65532:65532", capabilities: [], readOnlyRoot: true });
    expect(spec.networks).toEqual(["mcp", "mcp-servers"]);
  });

  it("lets clients manage no servers", () => {
    expect(JSON.parse(fileAt("docker/config.json"))).toEqual({ features: { "dynamic-tools": "disabled" } });
  });

  it("is another one when a server is another, or has other secrets, which it does not get", () => {
    expect(JSON.parse(fileAt("servers.jsonl", time))).toEqual({ ...time, memoryMiB: undefined });
    expect(fileAt("servers.jsonl", { ...time, memoryMiB: 1 })).toBe(fileAt("servers.jsonl", time));
    expect(gateway(time).anewWith).toEqual(["mcp-time-env"]);
    expect(gateway(time).secrets.map(({ secret }) => secret)).toEqual(["gateway-token", "gateway-env"]);
  });
});

describe("its connections", () => {
  let directory: string;
  const started: ChildProcess[] = [];
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-connections-"));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    fs.rmSync(directory, { recursive: true });
  });

  /** The wrapper, with its directory moved and a program that only waits in place of socat. */
  function wrapper(): string {
    const stand = path.join(directory, "socat-stand-in");
    fs.writeFileSync(stand, "#!/bin/sh\nread line\n", { mode: 0o755 });
    const text = fileAt("bin/socat")
      .replaceAll("/usr/bin/socat", stand)
      .replaceAll("/tmp/connections", `${directory}/kept`)
      .replaceAll("/tmp/started", `${directory}/started`);
    const file = path.join(directory, "socat");
    fs.writeFileSync(file, text, { mode: 0o755 });
    return file;
  }
  const entries = (server: string): string[] => fs.readdirSync(path.join(directory, "kept", `${server}:4444`)).sort();
  async function connection(file: string, server: string): Promise<ChildProcess> {
    const child = spawn(file, ["STDIO", `TCP:${server}:4444`], { stdio: ["pipe", "ignore", "inherit"] });
    started.push(child);
    const suffix = `.${child.pid}`;
    for (;;) {
      const kept = path.join(directory, "kept", `${server}:4444`);
      if (fs.existsSync(kept) && fs.readdirSync(kept).some((name) => name.endsWith(suffix))) return child;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it("to one server are 20 at most: one of the oldest makes room, those of other servers stay", async () => {
    const file = wrapper();
    const other = await connection(file, "mcp-git");
    for (let count = 0; count < 20; count++) await connection(file, "mcp-time");
    expect(entries("mcp-time")).toHaveLength(20);
    await connection(file, "mcp-time");
    expect(entries("mcp-time")).toHaveLength(20);
    expect(entries("mcp-git")).toHaveLength(1);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  }, 60_000);

  it("that have ended do not count", async () => {
    const file = wrapper();
    const first = await connection(file, "mcp-time");
    const ended = new Promise((resolve) => first.once("exit", resolve));
    first.stdin?.end();
    await ended;
    await connection(file, "mcp-time");
    expect(entries("mcp-time")).toHaveLength(1);
  });

  it.each<[string, number | undefined, string]>([
    ["wait for a server that is later, while the gateway starts", 0, "STDIO TCP:mcp-time:4444,retry=40,interval=0.5"],
    ["fail at once later on", 31, "STDIO TCP:mcp-time:4444"],
    ["fail at once where nobody knows when it started", undefined, "STDIO TCP:mcp-time:4444"],
  ])("%s", (_what, secondsAgo, expected) => {
    const file = wrapper();
    fs.writeFileSync(path.join(directory, "socat-stand-in"), '#!/bin/sh\necho "$*"\n');
    const now = Math.floor(Date.now() / 1000);
    if (secondsAgo !== undefined) fs.writeFileSync(path.join(directory, "started"), `${now - secondsAgo}\n`);
    expect(execFileSync(file, ["STDIO", "TCP:mcp-time:4444"], { encoding: "utf8" })).toBe(`${expected}\n`);
  });

  it("end while the gateway starts, when the server never answers; one that answers goes on", () => {
    const file = wrapper();
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("sleep 30", "sleep 1"));
    fs.writeFileSync(path.join(directory, "started"), `${Math.floor(Date.now() / 1000)}\n`);
    const stand = path.join(directory, "socat-stand-in");
    const run = (): string =>
      execFileSync(file, ["STDIO", "TCP:mcp-time:4444"], { encoding: "utf8", input: "asked\n" });
    fs.writeFileSync(stand, "#!/bin/sh\nexec sleep 600\n");
    expect(run()).toBe("");
    fs.writeFileSync(stand, "#!/bin/sh\nread line; echo $line one; sleep 2; echo two\n");
    expect(run()).toBe("asked one\ntwo\n");
  });

  it("elsewhere are none of its business", () => {
    const file = wrapper();
    execFileSync(file, ["STDIO", "TCP:elsewhere:1"], { input: "\n", stdio: ["pipe", "ignore", "ignore"] });
    expect(fs.existsSync(path.join(directory, "kept"))).toBe(false);
  });
});
