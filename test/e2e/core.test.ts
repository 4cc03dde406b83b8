/** The core from nothing to a tool call and back to nothing, as a user does it: real CLI, real engine, official MCP client. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../support/http";
import { openSession, withSession } from "../support/mcp-client";
import { createStack, PROJECT, type TestStack } from "../support/stack";

jest.setTimeout(240_000);

const SERVERS = "time,fetch,memory,sequentialthinking,filesystem,git,everything";
const SERVICES = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];

/** Tools that every enabled server must bring; each server has more. */
const TOOLS = {
  time: ["convert_time", "get_current_time"],
  fetch: ["fetch"],
  memory: ["create_entities", "read_graph", "search_nodes"],
  sequentialthinking: ["sequentialthinking"],
  filesystem: ["list_directory", "read_text_file", "write_file"],
  git: ["git_log", "git_status"],
  everything: ["echo", "trigger-long-running-operation"],
};

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: SERVERS });
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
const unchanged = async (...args: string[]): Promise<void> => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...args);
  if (code !== 0) throw new Error(output);
};
const ids = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await stack.containers()).map(({ Labels, Id }) => [Labels["mcp-stack.service"] ?? "", Id]));

describe("the first up", () => {
  it("ends with a table of endpoints and the next step", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toContain(`mcp        http://127.0.0.1:${stack.port}/mcp`);
    expect(stdout).toContain(`mcp-nixos  http://127.0.0.1:${stack.port}/mcp/nixos`);
    expect(stdout).toContain("Next: add it to an MCP client");
  });

  it("left exactly the services of the core running, each healthy or without a check of its own", async () => {
    const containers = await stack.containers();
    expect(containers.map(({ Names }) => Names[0]).sort()).toEqual(
      SERVICES.map((name) => `/${PROJECT}-${stack.name}-${name}`),
    );
    const healthy = containers
      .filter(({ Status }) => Status.includes("(healthy)"))
      .map(({ Labels }) => Labels["mcp-stack.service"]);
    expect(healthy.sort()).toEqual(["mcp-gateway", "mcp-router", "traefik"]);
  });

  it("shows its endpoints as stack outputs", async () => {
    const { stdout } = await stack.pulumi("stack", "output", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      endpoints: { mcp: mcp(), "mcp-nixos": stack.url("/mcp/nixos") },
      servers: SERVERS.split(","),
    });
  });
});

describe("a second time", () => {
  it("up changes nothing", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
  });

  it("preview is empty, also after a refresh", async () => {
    await unchanged();
    await unchanged("--refresh");
    await unchanged();
  });
});

describe("an MCP client", () => {
  it("gets the tools of every enabled server, and none that manage the gateway", async () => {
    const names = await withSession(mcp(), (session) => session.toolNames());
    expect(names).toEqual(expect.arrayContaining(Object.values(TOOLS).flat()));
    expect(names.filter((name) => /^(mcp-|code-mode)/.test(name))).toEqual([]);
  });

  it("calls a tool of each server", async () => {
    await withSession(mcp(), async ({ call }) => {
      expect(JSON.parse(await call("get_current_time", { timezone: "UTC" }))).toMatchObject({ timezone: "UTC" });
      await call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["before"] }] });
      expect(await call("read_graph")).toContain("kept");
      expect(
        await call("sequentialthinking", {
          thought: "one",
          thoughtNumber: 1,
          totalThoughts: 1,
          nextThoughtNeeded: false,
        }),
      ).toContain('"thoughtNumber": 1');
      await call("write_file", { path: "/workspace/hello.txt", content: "written by a tool" });
      expect(await call("read_text_file", { path: "/workspace/hello.txt" })).toBe("written by a tool");
      await expect(call("git_status", { repo_path: "/workspace" })).rejects.toThrow(/workspace/);
      await expect(call("fetch", { url: "http://127.0.0.1:1/" })).rejects.toThrow(/http:\/\/127\.0\.0\.1:1\//);
      expect(await call("echo", { message: "over three hops" })).toContain("over three hops");
    });
    expect(fs.readFileSync(path.join(stack.dataDir, "workspace/hello.txt"), "utf8")).toBe("written by a tool");
  });

  it("receives notifications while a call still runs, each when it is sent", async () => {
    const arrivals: number[] = [];
    await withSession(mcp(), async ({ client }) => {
      const parameters = { duration: 3, steps: 3 };
      await client.callTool({ name: "trigger-long-running-operation", arguments: parameters }, undefined, {
        onprogress: () => arrivals.push(Date.now()),
      });
    });
    const end = Date.now();
    expect(arrivals.length).toBeGreaterThanOrEqual(2);
    // The server sends one a second. Buffered, they would arrive together with the answer.
    expect(end - (arrivals[0] ?? end)).toBeGreaterThan(1000);
  });

  it("gets the tools of mcp-nixos", async () => {
    const names = await withSession(stack.url("/mcp/nixos"), (session) => session.toolNames());
    expect(names).toEqual(expect.arrayContaining(["nix"]));
  });

  it("that comes and goes many times leaves no server containers behind", async () => {
    const count = async (): Promise<number> => (await stack.containers("mcp-server")).length;
    for (let round = 0; round < 8; round++) {
      await withSession(mcp(), async ({ call }) => {
        await call("get_current_time", { timezone: "UTC" });
        await call("read_graph");
      });
    }
    await eventually(async () => expect(await count()).toBe(0));
  });

  it("is told 404 for a session that the gateway does not know, and starts anew", async () => {
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": "gone",
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect((await request(stack.port, "/mcp", { method: "POST", headers, body })).status).toBe(404);
  });
});

/** Repeats an expectation until it holds, for 30 s. */
async function eventually(expectation: () => Promise<void>): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const failure = await expectation().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (Date.now() > end) throw failure;
    await sleep(250);
  }
}

describe("the ingress", () => {
  const json = (body: string): { error: Record<string, unknown> } =>
    JSON.parse(body) as { error: Record<string, unknown> };

  it.each<[string, string, Record<string, string>, number, string]>([
    ["an unknown path", "/nothing", {}, 404, "unknown_path"],
    ["a host name that is not ours", "/mcp", { host: "evil.example" }, 403, "host_refused"],
    ["a host name that only looks local", "/mcp", { host: "localhost.evil.example" }, 403, "host_refused"],
    ["a web page of another origin", "/mcp", { origin: "https://evil.example" }, 403, "origin_refused"],
    ["a sandboxed web page", "/mcp", { origin: "null" }, 403, "origin_refused"],
    ["a bundle that is off", "/llm/v1/models", {}, 503, "bundle_off"],
    ["a bundle's host while it is off", "/", { host: "webui.localhost" }, 503, "bundle_off"],
  ])("answers %s in JSON", async (_what, route, headers, status, type) => {
    const answer = await request(stack.port, route, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(json(answer.body).error).toMatchObject({ status, type });
  });

  it.each(["localhost", "something.localhost", "127.0.0.1", "[::1]", `localhost:1`])(
    "answers to the host %s",
    async (host) => {
      expect((await request(stack.port, "/healthz", { headers: { host } })).status).toBe(200);
    },
  );

  it("lets its own pages in", async () => {
    const headers = { host: `localhost:${stack.port}`, origin: `http://localhost:${stack.port}` };
    expect((await request(stack.port, "/healthz", { headers })).status).toBe(200);
  });

  it("has no dashboard and no API", async () => {
    for (const route of ["/api/rawdata", "/dashboard/", "/ping"])
      expect((await request(stack.port, route)).status).toBe(404);
  });
});

describe("the gateway's token", () => {
  const token = (): string => fs.readFileSync(path.join(stack.dataDir, "secrets/gateway-token/value"), "utf8");

  it("is asked for inside the stack, and the router has it", async () => {
    const [gateway] = await stack.containers("mcp-gateway");
    const address = Object.values(gateway?.NetworkSettings.Networks ?? {})[0]?.IPAddress;
    const answer = await fetch(`http://${address}:8811/mcp`, { method: "POST" });
    expect(answer.status).toBe(401);
  });

  it("is in no description of a container, no log and not in the state", async () => {
    for (const { Id } of await stack.containers()) {
      const container = stack.docker.getContainer(Id);
      expect(JSON.stringify(await container.inspect())).not.toContain(token());
      expect((await container.logs({ stdout: true, stderr: true })).toString()).not.toContain(token());
    }
    const states = fs.readdirSync(stack.stateDir, { recursive: true, encoding: "utf8" });
    const files = states.map((name) => path.join(stack.stateDir, name)).filter((file) => fs.statSync(file).isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(fs.readFileSync(file, "utf8")).not.toContain(token());
  });
});

describe("changes", () => {
  it("of one key replace one service, and taken back they leave nothing to do", async () => {
    const before = await ids();
    await stack.pulumi("config", "set", "--path", "overrides.mcp-router.environment.TZ", "UTC");
    await stack.succeed("up");
    const after = await ids();
    expect(SERVICES.filter((name) => after[name] !== before[name])).toEqual(["mcp-router"]);
    stack.configure({});
    await stack.succeed("up");
    await unchanged();
  });

  it("of memory happen in the running container", async () => {
    const before = await ids();
    stack.configure({ overrides: { "mcp-router": { memoryMiB: 96 } } });
    await stack.succeed("up");
    expect(await ids()).toEqual(before);
    const { HostConfig } = await stack.docker.getContainer(before["mcp-router"] ?? "").inspect();
    expect(HostConfig.Memory).toBe(96 * 1024 * 1024);
    stack.configure({});
    await stack.succeed("up");
  });

  it("of the gateway cause no 502 afterwards, and clients can start a new session", async () => {
    const old = await openSession(mcp());
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "UTC" } } } });
    await stack.succeed("up");
    await expect(old.call("get_current_time", { timezone: "UTC" })).rejects.toThrow(/404|session/i);
    await old.end();
    for (let round = 0; round < 5; round++) {
      expect(await withSession(mcp(), ({ call }) => call("get_current_time", { timezone: "UTC" }))).toContain("UTC");
    }
    stack.configure({});
    await stack.succeed("up");
  });

  it("of files that containers mount are undone by the next up", async () => {
    const rendered = path.join(stack.dataDir, "rendered/mcp-router");
    const file =
      fs.readdirSync(rendered, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("nginx.conf")) ?? "";
    const whole = fs.readFileSync(path.join(rendered, file), "utf8");
    fs.writeFileSync(path.join(rendered, file), "broken by hand");
    await stack.succeed("up");
    expect(fs.readFileSync(path.join(rendered, file), "utf8")).toBe(whole);
    expect((await request(stack.port, "/healthz")).status).toBe(200);
  });

  it("made behind Pulumi's back are found by refresh and healed by up", async () => {
    const [router] = await stack.containers("mcp-router");
    await stack.docker.getContainer(router?.Id ?? "").remove({ force: true });
    expect((await request(stack.port, "/healthz")).status).toBe(502);
    expect((await stack.pulumi("refresh", "--yes")).output).toMatch(/mcp-router\s+deleted/);
    await stack.succeed("up");
    expect((await request(stack.port, "/healthz")).status).toBe(200);
  });
});

describe("a dead service", () => {
  it("is a 502 that names it, until it is back", async () => {
    const [nixos] = await stack.containers("mcp-nixos-http");
    const container = stack.docker.getContainer(nixos?.Id ?? "");
    await container.stop();
    const answer = await request(stack.port, "/mcp/nixos", { method: "POST" });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { type: "upstream_unreachable", service: "mcp-nixos-http" },
    });
    await container.start();
    await eventually(async () =>
      expect((await request(stack.port, "/mcp/nixos", { method: "POST" })).status).not.toBe(502),
    );
  });
});

describe("down", () => {
  it("leaves no container and no network, and keeps images and data", async () => {
    const session = await openSession(mcp());
    await session.call("get_current_time", { timezone: "UTC" });
    expect((await stack.containers("mcp-server")).length).toBeGreaterThan(0);
    await stack.succeed("down");
    await session.client.close();
    expect(await stack.containers()).toEqual([]);
    const label = [`mcp-stack.stack=${stack.name}`];
    expect(await stack.docker.listNetworks({ filters: { label } })).toEqual([]);
    expect((await stack.docker.listVolumes({ filters: { label } })).Volumes).toEqual([]);
    expect(fs.existsSync(path.join(stack.dataDir, "workspace/hello.txt"))).toBe(true);
    const images = await stack.docker.listImages({ filters: { label: ["mcp-stack.image=traefik"] } });
    expect(images.length).toBeGreaterThan(0);
  });

  it("is undone by up, with the data that was there before", async () => {
    await stack.succeed("up");
    await withSession(mcp(), async ({ call }) => {
      expect(await call("read_graph")).toContain("kept");
      expect(await call("read_text_file", { path: "/workspace/hello.txt" })).toBe("written by a tool");
    });
  });
});
