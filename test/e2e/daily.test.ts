/** The commands of every day on a real stack. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { resourceName } from "../../engines/container-args";
import { createStack, PROJECT, type TestStack } from "../support/stack";

jest.setTimeout(300_000);

let stack: TestStack;
const nameOf = (service: string): string => resourceName({ project: PROJECT, stack: stack.name }, service);
const container = (service: string) => stack.docker.getContainer(nameOf(service));

interface Status {
  readonly healthy: boolean;
  readonly services: readonly { service: string; state: string; health: string; drift: string[] }[];
}

async function status(): Promise<{ code: number | null; json: Status }> {
  const { code, stdout } = await stack.run("mcp-status", "--json");
  return { code, json: JSON.parse(stdout) as Status };
}

const driftOf = ({ services }: Status, service: string): readonly string[] =>
  services.find((one) => one.service === service)?.drift ?? [];

beforeAll(async () => {
  stack = await createStack({ servers: "time" }, { prefix: "daily" });
});

afterAll(async () => {
  await stack.remove();
});

describe("before the stack is up", () => {
  it.each([["mcp-status"], ["mcp-logs"], ["mcp-restart", "traefik"]])("%s says what to run", async (...command) => {
    const { code, stderr } = await stack.run(...(command as [string]));
    expect([code, stderr]).toEqual([
      1,
      `the stack ${stack.name} is not up: the engine has no container of it. Bring it up: npm run up -- --stack ${stack.name}\n`,
    ]);
  });

  it.each([["tools"], ["call", "get_current_time"]])("%s says what to run", async (...command) => {
    const { code, stderr } = await stack.run(...(command as [string]));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(`does not answer .*bring the stack up: npm run up -- --stack ${stack.name}`),
    ]);
  });

  it("a client's file that is no JSON is left as it is, by line and column", async () => {
    const file = path.join(stack.stateDir, "client.json");
    fs.writeFileSync(file, '{\n  "mine": 1,\n  "broken": \n}\n');
    const { code, stderr } = await stack.run("sync-ai", "--client", "cursor", "--write", "--file", file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${file} is not valid JSON at line 4, column 1: value expected. It was left`),
    ]);
    expect(fs.readFileSync(file, "utf8")).toBe('{\n  "mine": 1,\n  "broken": \n}\n');
    expect(fs.readdirSync(stack.stateDir).filter((name) => name.startsWith("client"))).toEqual(["client.json"]);
  });

  it("doctor finds nothing that keeps it from running", async () => {
    const { code, stdout } = await stack.run("doctor", "--json");
    expect([code, (JSON.parse(stdout) as { well: boolean }).well]).toEqual([0, true]);
  });

  it("the topology is drawn without an engine", async () => {
    const alone = await createStack({ containerSocket: "/nowhere.sock" }, { prefix: "daily" });
    try {
      const { code, stdout } = await alone.run("mcp-topology", "--format", "svg");
      expect([code, stdout.startsWith("<svg ")]).toEqual([0, true]);
      const { code: gone, stderr } = await alone.run("mcp-status");
      expect([gone, stderr]).toEqual([1, expect.stringContaining("no container engine at /nowhere.sock")]);
    } finally {
      await alone.remove();
    }
  });
});

describe("while it is up", () => {
  beforeAll(() => stack.succeed("mcp-up"));

  it("is healthy and as configured", async () => {
    const { code, json } = await status();
    expect(json.services.map(({ service, state, health, drift }) => [service, state, health, drift])).toEqual(
      ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http", "mcp-time"].map((name) => [
        name,
        "running",
        "healthy",
        [],
      ]),
    );
    expect([code, json.healthy]).toEqual([0, true]);
  });

  it("changes by hand are told, each for what it is", async () => {
    const [rendered = ""] = fs
      .readdirSync(path.join(stack.dataDir, "rendered/mcp-router"))
      .filter((name) => !name.includes("."));
    const file = path.join(stack.dataDir, "rendered/mcp-router", rendered, "nginx.conf");
    const before = fs.readFileSync(file);
    const bridge = stack.docker.getNetwork("bridge");
    await container("traefik").update({ Memory: 300 * 2 ** 20, MemorySwap: 300 * 2 ** 20 });
    await bridge.connect({ Container: nameOf("mcp-gateway") });
    await container("mcp-nixos-http").stop();
    fs.appendFileSync(file, "# by hand\n");
    try {
      const { code, json } = await status();
      expect([code, json.healthy]).toEqual([1, false]);
      expect(driftOf(json, "traefik")).toContain("limit of memory is 300 MiB, not 256 MiB");
      expect(driftOf(json, "mcp-gateway")).toEqual(["network bridge was added"]);
      expect(driftOf(json, "mcp-nixos-http")).toEqual(["the container is stopped"]);
      expect(driftOf(json, "mcp-router")).toEqual([`${file} is missing or was changed`]);
    } finally {
      fs.writeFileSync(file, before);
      await container("mcp-nixos-http").start();
      await bridge.disconnect({ Container: nameOf("mcp-gateway") });
      await container("traefik").update({ Memory: 256 * 2 ** 20, MemorySwap: 256 * 2 ** 20 });
    }
  });

  it("a service is restarted, and the others stay", async () => {
    const before = await container("mcp-gateway").inspect();
    const started = (await container("mcp-router").inspect()).State.StartedAt;
    const { stdout } = await stack.succeed("mcp-restart", "mcp-router", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ service: "mcp-router", healthy: true });
    expect((await container("mcp-router").inspect()).State.StartedAt).not.toBe(started);
    expect((await container("mcp-gateway").inspect()).State.StartedAt).toBe(before.State.StartedAt);
    expect((await fetch(stack.url("/healthz/mcp-gateway"))).status).toBe(200);
  });

  it("logs of several services come together, without colours in a pipe", async () => {
    const { stdout } = await stack.succeed("mcp-logs", "mcp-gateway", "mcp-nixos-http");
    const names = new Set(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    );
    expect([...names].sort()).toEqual(["mcp-gateway", "mcp-nixos-http"]);
    expect(stdout).not.toContain("\u001b");
  });

  it("--follow goes on with what is said meanwhile", async () => {
    const following = stack.start("mcp-logs", "mcp-nixos-http", "--follow", "--tail", "0", "--json");
    const asking = setInterval(() => void fetch(stack.url("/mcp/nixos")).catch(() => undefined), 500);
    try {
      const [line = ""] = await following.waitFor(/^\{.*\}$/m);
      expect(JSON.parse(line)).toMatchObject({ service: "mcp-nixos-http" });
    } finally {
      clearInterval(asking);
      following.signal("SIGINT");
      await following.done;
    }
  });

  it("an unknown service is answered with what was meant", async () => {
    const { code, stderr } = await stack.run("mcp-logs", "trafik");
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('"trafik" is no service of this stack; did you mean traefik?'),
    ]);
  });

  it("the table has state, use and address of each", async () => {
    const { stdout } = await stack.succeed("mcp-status");
    expect(stdout).toMatch(/^traefik +running +healthy +0 +\S.* % +\d+ \/ 256 MiB +http:\/\/127\.0\.0\.1:\d+$/m);
  });

  it("client files hold its address", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "daily-client-"));
    const file = path.join(home, "mcp.json");
    try {
      fs.writeFileSync(file, '{ "mine": 1 }\n');
      await stack.succeed("sync-ai", "--client", "cursor", "--write", "--file", file);
      const servers = { "agent-hub": { url: stack.url("/mcp") }, "mcp-nixos": { url: stack.url("/mcp/nixos") } };
      expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({ mine: 1, mcpServers: servers });
      expect(fs.readdirSync(home)).toHaveLength(2);
    } finally {
      fs.rmSync(home, { recursive: true });
    }
  });

  it("--purge deletes nothing without the stack's name", async () => {
    const { code, stderr } = await stack.run("mcp-down", "--purge");
    expect([code, stderr]).toEqual([1, expect.stringContaining(`if you mean it: --purge --confirm ${stack.name}`)]);
    const wrong = await stack.run("mcp-down", "--purge", "--confirm", "other");
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining(`"other" is not ${stack.name}`)]);
    expect((await status()).json.services[0]?.state).toBe("running");
  });

  it("mcp-down keeps data, and --purge deletes them", async () => {
    await stack.succeed("mcp-down");
    expect([(await stack.containers()).length, fs.existsSync(stack.dataDir)]).toEqual([0, true]);
    await stack.succeed("mcp-down", "--purge", "--no-images", "--confirm", stack.name);
    expect(fs.existsSync(stack.dataDir)).toBe(false);
  });
});
