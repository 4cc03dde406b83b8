/** What clients of a running core see: the official MCP client, browsers, and whoever tries names and paths. */
import fs from "node:fs";
import path from "node:path";
import { readPrompts } from "../../commands/export-prompts";
import { eventually } from "../support/eventually";
import { request } from "../support/http";
import { MCP_HEADERS } from "../support/initialize";
import { runInside } from "../support/inside";
import { withSession } from "../support/mcp-client";
import { createStack, type TestStack, stateFiles } from "../support/stack";

jest.setTimeout(240_000);

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
  stack = await createStack({ servers: Object.keys(TOOLS).join() });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
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
    });
    expect(fs.readFileSync(path.join(stack.dataDir, "workspace/hello.txt"), "utf8")).toBe("written by a tool");
  });

  it("receives notifications while a call still runs, each when it is sent", async () => {
    const arrivals: number[] = [];
    await withSession(mcp(), async ({ client, call }) => {
      expect(await call("echo", { message: "over three hops" })).toContain("over three hops");
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

  it("gets every tool that a prompt names", async () => {
    const names = await withSession(mcp(), (session) => session.toolNames());
    const nixos = await withSession(stack.url("/mcp/nixos"), (session) => session.toolNames());
    const absent = readPrompts().flatMap(({ id, tools }) =>
      Object.entries(tools).flatMap(([server, wanted]) =>
        wanted
          .filter((tool) => !(server === "mcp-nixos" ? nixos : names).includes(tool))
          .map((tool) => `${id}: ${server}/${tool}`),
      ),
    );
    expect(absent).toEqual([]);
  });

  it("gets every answer whole, however many ask at once", async () => {
    const ask = (): Promise<number[]> =>
      withSession(mcp(), async ({ toolNames }) => {
        const counts: number[] = [];
        for (let round = 0; round < 150; round++) counts.push((await toolNames()).length);
        return counts;
      });
    // Over HTTP/1.1 to the router, one of about a thousand answers was cut off, and its client waited for a minute.
    const counts = (await Promise.all(Array.from({ length: 16 }, ask))).flat();
    expect(counts).toHaveLength(2400);
    expect(new Set(counts).size).toBe(1);
  });

  it("is told 404 for a session that the gateway does not know, and starts anew", async () => {
    const headers = { ...MCP_HEADERS, "mcp-session-id": "gone" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect((await request(stack.port, "/mcp", { method: "POST", headers, body })).status).toBe(404);
  });
});

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
    const [router] = await stack.containers("mcp-router");
    const container = stack.docker.getContainer(router?.Id ?? "");
    const asked = ["wget", "-O", "/dev/null", "--post-data", "{}", "http://mcp-gateway:8811/mcp"];
    expect((await runInside(container, asked)).output).toMatch(/\b401\b/);
  });

  it("is in no description of a container, no log and not in the state", async () => {
    for (const { Id } of await stack.containers()) {
      const container = stack.docker.getContainer(Id);
      expect(JSON.stringify(await container.inspect())).not.toContain(token());
      expect((await container.logs({ stdout: true, stderr: true })).toString()).not.toContain(token());
    }
    const texts = stateFiles(stack);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toContain(token());
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
