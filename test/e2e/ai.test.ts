/** The AI bundle with the real servers: only the models are tiny ones, made for tests, that always say the same. */
import fs from "node:fs";
import path from "node:path";
import type { WorkspaceModel } from "../../services/prompts/open-webui";
import { request } from "../support/http";
import { openSession } from "../support/mcp-client";
import { serveModels, type ModelServer } from "../support/model-server";
import { exportedModels, openWebui } from "../support/open-webui";
import { createStack, isCatalogServer, type TestStack, idsByService } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { tone } from "../support/tone";
import { aiLightTests } from "./start-page/ai";
import { IN_PLACE, planned } from "../support/planned";

jest.setTimeout(600_000);

const AI = ["llama-cpp", "llm-proxy", "open-webui", "whisper-cpp"];
const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];

let models: Awaited<ReturnType<typeof tinyModels>>;
let server: ModelServer;
let stack: TestStack;
let firstUp: string;
const off = (): Record<string, unknown> => ({
  servers: "time",
  llamaCppModelUrl: server.url(models.llama.file),
  whisperCppModelUrl: server.url(models.whisper.file),
  llamaContextSize: 16384,
});
const on = (): Record<string, unknown> => ({ ...off(), bundles: "ai" });

beforeAll(async () => {
  models = await tinyModels();
  server = await serveModels([models.llama.file, models.whisper.file]);
  stack = await createStack(off(), { prefix: "ai" });
  await stack.succeed("up");
});
afterAll(async () => {
  await stack.remove();
  await server.stop();
});

const secret = (name: string, file = "value"): string =>
  fs.readFileSync(path.join(stack.dataDir, "secrets", name, file), "utf8");
const key = (): string => secret("llm-master-key", "key");
const llm = (route: string, init: RequestInit = {}): Promise<Response> =>
  fetch(stack.url(`/llm/v1${route}`), { ...init, headers: { ...init.headers, Authorization: `Bearer ${key()}` } });
const ids = (): Promise<Record<string, string>> => idsByService(stack);
const names = async (): Promise<string[]> =>
  Object.keys(await ids())
    .filter((name) => !isCatalogServer(name))
    .sort();

describe("turned on", () => {
  it("creates its own resources, and changes none of the core", async () => {
    stack.configure(on());
    const plan = await planned(stack);
    expect(plan).toEqual({ create: expect.anything() as unknown, update: IN_PLACE });
    expect(plan["create"]).toEqual(expect.arrayContaining([...AI, "ai", "llama-cpp-model", "whisper-cpp-model"]));
  });

  it("comes up beside the core while an MCP session stays open, and shows the new password once", async () => {
    const before = await ids();
    const session = await openSession(stack.url("/mcp"));
    firstUp = (await stack.succeed("up")).output;
    expect(await session.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
    await session.end();
    const after = await ids();
    expect(CORE.filter((name) => after[name] !== before[name])).toEqual([]);
    expect(await names()).toEqual([...AI, ...CORE].sort());
    expect(firstUp).toContain(`password ${secret("webui-admin-password")} (shown once`);
    expect(firstUp).toContain("http://webui.localhost:");
  });

  it("has nothing to do a second time, also after a refresh", async () => {
    const { output } = await stack.succeed("up");
    expect(output).toMatch(/Resources:\s+\d+ unchanged/);
    expect(output).not.toContain("shown once");
    for (const more of [[], ["--refresh"]]) {
      const { code, output: seen } = await stack.pulumi("preview", "--expect-no-changes", ...more);
      if (code !== 0) throw new Error(seen);
    }
  });

  it("fetched each model once", () => {
    expect([...server.asked].sort()).toEqual(
      [models.whisper.file, models.llama.file].map((file) => path.basename(file)).sort(),
    );
  });
});

describe("the endpoint of the models", () => {
  it("asks for a key", async () => {
    expect((await fetch(stack.url("/llm/v1/models"))).status).toBe(401);
  });

  it("lists them, by its path and by its host", async () => {
    const list = (await (await llm("/models")).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(["local-chat", "whisper-1"]);
    const headers = { host: `llm.localhost:${stack.port}`, authorization: `Bearer ${key()}` };
    expect((await request(stack.port, "/v1/models", { headers })).status).toBe(200);
  });

  it("streams an answer of llama-server", async () => {
    const body = JSON.stringify({
      model: "local-chat",
      stream: true,
      messages: [{ role: "user", content: "Who are you?" }],
    });
    const answer = await llm("/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const events = (await answer.text()).split("\n").filter((line) => line.startsWith("data: {"));
    const said = events.map(
      (line) =>
        (JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "",
    );
    expect(said.join("").trim()).toBe(models.llama.answer.trim());
    expect(said.filter(Boolean).length).toBeGreaterThan(1);
  });

  it("writes down what whisper-server hears", async () => {
    const form = new FormData();
    form.set("model", "whisper-1");
    form.set("file", new Blob([new Uint8Array(tone(2))], { type: "audio/wav" }), "tone.wav");
    const answer = await llm("/audio/transcriptions", { method: "POST", body: form });
    expect(((await answer.json()) as { text: string }).text.trim()).toBe(models.whisper.answer.trim());
  });
});

describe("Open WebUI", () => {
  const webui = openWebui(() => stack);
  const signIn = () => webui.signIn(secret("webui-admin-password"));

  it("serves its page", async () => {
    const page = await request(stack.port, "/", { headers: webui.host() });
    expect([page.status, page.headers["content-type"]]).toEqual([200, expect.stringContaining("text/html")]);
  });

  it("signs its administrator in, and lets nobody sign up", async () => {
    expect(await signIn()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const { status } = await webui.api("/api/v1/auths/signup", "POST", {
      name: "x",
      email: "x@example.org",
      password: "x12345678",
    });
    expect(status).toBe(403);
  });

  it("lists the models of the endpoint and chats with one", async () => {
    const token = await signIn();
    const { json } = await webui.api("/api/models", "GET", undefined, token);
    expect((json["data"] as { id: string }[]).map(({ id }) => id)).toContain("local-chat");
    expect(await webui.chat("local-chat", token)).toContain(models.llama.answer.trim());
  });

  it("has the stack's MCP servers as tool servers", async () => {
    const token = await signIn();
    const { json } = await webui.api("/api/v1/configs/tool_servers", "GET", undefined, token);
    const connections = json["TOOL_SERVER_CONNECTIONS"] as { url: string }[];
    expect(connections.map(({ url }) => url)).toEqual([
      "http://mcp-router:8080/mcp",
      "http://mcp-router:8080/mcp/nixos",
    ]);
    for (const [index, tool] of ["get_current_time", "nix_versions"].entries()) {
      const verified = await webui.api("/api/v1/configs/tool_servers/verify", "POST", connections[index], token);
      expect([verified.status, JSON.stringify(verified.json)]).toEqual([200, expect.stringContaining(tool)]);
    }
  });

  it("imports the exported prompts, knows their tools, and chats with one of them", async () => {
    const token = await signIn();
    const agents = exportedModels();
    for (let round = 0; round < 2; round++) {
      const { status, json } = await webui.api("/api/v1/models/import", "POST", { models: agents }, token);
      expect([status, json]).toEqual([200, true]);
    }
    const stored = await webui.list<WorkspaceModel>("/api/v1/models/export", token);
    expect(stored.map(({ id }) => id).sort()).toEqual(agents.map(({ id }) => id).sort());
    for (const { access_grants: _grants, ...model } of agents) {
      expect(stored.find(({ id }) => id === model.id)).toMatchObject(model);
    }
    const tools = (await webui.list<{ id: string }>("/api/v1/tools/", token)).map(({ id }) => id);
    expect(tools).toEqual(expect.arrayContaining([...new Set(agents.flatMap(({ meta }) => meta.toolIds))]));
    // As its page does, which is when it looks for new ones.
    expect(JSON.stringify(await webui.api("/api/models", "GET", undefined, token))).toContain('"id":"shell-explainer"');
    expect(await webui.chat("shell-explainer", token)).toContain(models.llama.answer.trim());
  });
});

describe("the start page", () => aiLightTests(() => stack));

describe("secrets", () => {
  it("are in no description of a container and not in the state", async () => {
    const values = ["llm-master-key", "llama-api-key", "webui-secret-key", "webui-admin-password"].map((name) =>
      secret(name),
    );
    for (const { Id } of await stack.containers()) {
      const described = JSON.stringify(await stack.docker.getContainer(Id).inspect());
      expect(values.filter((value) => described.includes(value))).toEqual([]);
    }
    const files = fs
      .readdirSync(stack.stateDir, { recursive: true, encoding: "utf8" })
      .map((name) => path.join(stack.stateDir, name));
    for (const file of files.filter((one) => fs.statSync(one).isFile())) {
      const text = fs.readFileSync(file, "utf8");
      expect(values.filter((value) => text.includes(value))).toEqual([]);
    }
  });
});

describe("turned off and on again", () => {
  it("deletes just what it created, keeps its data, and answers 503 meanwhile", async () => {
    const before = await ids();
    stack.configure(off());
    expect(await planned(stack)).toEqual({ delete: expect.anything() as unknown, update: IN_PLACE });
    const session = await openSession(stack.url("/mcp"));
    await stack.succeed("up");
    expect(await session.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
    await session.end();
    expect(await names()).toEqual(CORE);
    expect(await ids()).toMatchObject(Object.fromEntries(CORE.map((name) => [name, before[name]])));
    expect((await request(stack.port, "/llm/v1/models")).status).toBe(503);
    expect(fs.readdirSync(stack.dataDir)).toEqual(expect.arrayContaining(["llama-cpp", "whisper-cpp", "openwebui"]));
  });

  it("finds models, password and users again", async () => {
    const password = secret("webui-admin-password");
    stack.configure(on());
    await stack.succeed("up");
    expect(server.asked).toHaveLength(2);
    expect(secret("webui-admin-password")).toBe(password);
    expect((await llm("/models")).status).toBe(200);
  });
});
