/**
 * The Dify bundle: real PostgreSQL, Redis, MinIO, Squid and Nginx; stand-ins, which say so, in place of Dify's own images.
 * First beside the AI bundle, whose models are tiny ones made for tests, then with the core alone.
 */
import fs from "node:fs";
import path from "node:path";
import { SERVICES } from "../../config";
import { DifyStack } from "../support/dify-stack";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { request } from "../support/http";
import { serveModels, type ModelServer } from "../support/model-server";
import { createStack, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { unwell } from "../support/unwell";
import { mcpTests } from "./dify/mcp";
import { modelTests } from "./dify/models";
import { rotationTests } from "./dify/rotation";
import { routeTests, silentStream } from "./dify/routes";
import { sandboxTests } from "./dify/sandbox";
import { secretTests } from "./dify/secrets";
import { difyLightTests } from "./start-page/dify";
import { IN_PLACE, planned } from "../support/planned";

jest.setTimeout(900_000);

const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];
const AI = ["llama-cpp", "llm-proxy", "open-webui", "whisper-cpp"];
const DIFY = SERVICES.filter((name) => /^(dify|minio)/.test(name)).sort();

let models: Awaited<ReturnType<typeof tinyModels>>;
let server: ModelServer;
let stack: TestStack;
let dify: DifyStack;
let difyPort: number;
let stream: Promise<number[]>;
/** What updates and previews said. */
const shown: string[] = [];
const with_ = (bundles: string): Record<string, unknown> => ({
  servers: "time",
  bundles,
  llamaCppModelUrl: server.url(models.llama.file),
  whisperCppModelUrl: server.url(models.whisper.file),
  llamaContextSize: 16384,
  difyPort,
});

beforeAll(async () => {
  models = await tinyModels();
  server = await serveModels([models.llama.file, models.whisper.file]);
  difyPort = await freePort();
  stack = await createStack(with_("ai"), { prefix: "dify" });
  dify = new DifyStack(stack);
  shown.push((await stack.succeed("up")).output);
});
afterAll(async () => {
  await stack.remove();
  await server.stop();
});

/** Services of the core and the AI bundle whose container is another one than before. */
const replaced = async (before: Record<string, string>): Promise<string[]> => {
  const after = await dify.ids();
  return [...CORE, ...AI].filter((name) => after[name] !== before[name]);
};

describe("turned on", () => {
  it("creates its own resources, and changes none of the core and the AI bundle", async () => {
    stack.configure(with_("ai,dify"));
    const plan = await planned(stack);
    expect(Object.keys(plan).sort()).toEqual(["create", "update"]);
    expect(plan["update"]).toEqual(IN_PLACE);
    expect(plan["create"]).toEqual(expect.arrayContaining([...DIFY, "dify-migration-run", "dify-database-run"]));
  });

  it("comes up beside them, everything healthy", async () => {
    const before = await dify.ids();
    const { output } = await stack.succeed("up");
    shown.push(output);
    // It is silent while other tests run; the last of them says how it ended.
    stream = silentStream(dify);
    stream.catch(() => undefined);
    expect(await replaced(before)).toEqual([]);
    expect(await dify.names()).toEqual([...DIFY, ...AI, ...CORE].sort());
    // It listens nowhere.
    expect(await unwell(stack)).toEqual(["dify-worker-beat unknown"]);
    expect(output).toContain(`http://${dify.host}`);
    expect(output).toContain("Dify: the memory limits of its services add up to 6656 MiB");
  });

  it("has nothing to do a second time, also after a refresh", async () => {
    for (const more of [[], ["--refresh", "--diff"]]) {
      const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...more);
      shown.push(output);
      if (code !== 0) throw new Error(output);
    }
  });
});

describe("its services", () => {
  it("use everything that they are given: databases, vectors, Redis, bucket, sandbox, proxy and each other", async () => {
    await dify.works();
    const key = ["-H", `X-Api-Key: ${dify.secret("dify-plugin-daemon-key")}`];
    const checks = ["curl", "-s", ...key, "http://127.0.0.1:5002/plugin/checks"];
    await eventually(async () => {
      const daemon = await dify.inside("dify-plugin-daemon", ...checks);
      expect(JSON.parse(daemon)).toMatchObject({ standIn: true, failed: {} });
    });
  });

  routeTests(
    () => dify,
    () => difyPort,
  );
});

describe("models", () =>
  modelTests(
    () => dify,
    () => models.llama.answer,
  ));
describe("tools by MCP", () => mcpTests(() => dify));
describe("the sandbox", () => sandboxTests(() => dify));
describe("secrets", () => secretTests(() => dify, shown));
describe("a stream", () => {
  it("is kept though it is silent for longer than a minute", async () => expect(await stream).toEqual([0, 1]));
});
// It stops services, which the stream goes through.
describe("the start page", () => difyLightTests(() => stack));

/** Files that Dify keeps beside its stores. */
const FILES = [
  ["dify-api", "/app/api/storage/kept"],
  ["dify-plugin-daemon", "/app/storage/kept"],
] as const;
const kept = {
  put: async (): Promise<void> => {
    await dify.sql("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
    await dify.redis("SET", "kept", "here");
    // Not by `mc pipe`: for what has no known size it takes more memory than the container may have.
    await dify.bucket("printf here > /tmp/kept && mc cp --quiet /tmp/kept s/dify/kept && rm /tmp/kept");
    for (const [service, file] of FILES) await dify.inside(service, "sh", "-c", `printf here > ${file}`);
  },
  found: async (): Promise<string[]> => [
    await dify.sql("SELECT word FROM kept"),
    await dify.redis("GET", "kept"),
    await dify.bucket("mc cat s/dify/kept"),
    ...(await Promise.all(FILES.map(([service, file]) => dify.inside(service, "cat", file)))),
  ],
};

/** What PostgreSQL says last when it is shut down cleanly. */
async function expectCleanEnd(log: Promise<string>): Promise<void> {
  const text = await log;
  expect(text).toContain("received fast shutdown request");
  expect(text.trimEnd()).toMatch(/database system is shut down$/);
}

describe("turned off", () => {
  it("deletes just what it created, keeps its data, and answers 503 meanwhile", async () => {
    await kept.put();
    // The migration comes as this role, and has to fail the next time; what makes the role does not.
    await dify.sql("ALTER ROLE dify SET default_transaction_read_only = on");
    const before = await dify.ids();
    const log = dify.followLog("dify-postgres");
    stack.configure(with_("ai"));
    const plan = await planned(stack);
    expect(Object.keys(plan).sort()).toEqual(["delete", "update"]);
    expect(plan["update"]).toEqual(IN_PLACE);
    await stack.succeed("up");
    await expectCleanEnd(log);
    expect(await dify.names()).toEqual([...AI, ...CORE].sort());
    expect(await replaced(before)).toEqual([]);
    expect((await request(stack.port, "/", { headers: { host: dify.host } })).status).toBe(503);
    const directories = ["plugins", "postgres", "redis", "storage"];
    expect(fs.readdirSync(path.join(stack.dataDir, "dify")).sort()).toEqual(directories);
    expect(fs.existsSync(path.join(stack.dataDir, "minio"))).toBe(true);
  });
});

describe("after everything was destroyed, with the core alone", () => {
  let key: string;

  it("stops at a migration that fails, and shows what that said", async () => {
    key = dify.secret("dify-secret-key");
    await stack.succeed("down");
    stack.configure(with_("dify"));
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toContain("migration failed: cannot execute CREATE TABLE in a read-only transaction");
    expect(output).toContain("Not everything is up: npm run up goes on from here");
    const names = await dify.names();
    expect(names).toContain("dify-postgres");
    expect(names.filter((name) => ["dify-api", "dify-worker", "dify-migration"].includes(name))).toEqual([]);
  });

  it("goes on with the next up once the cause is gone, with the data that was there", async () => {
    await dify.sql("ALTER ROLE dify RESET default_transaction_read_only");
    await stack.succeed("up");
    expect(await dify.names()).toEqual([...DIFY, ...CORE].sort());
    expect(await kept.found()).toEqual(["here", "here", "here", "here", "here"]);
    expect(dify.secret("dify-secret-key")).toBe(key);
    const log = await dify.log("dify-postgres");
    expect(log).toContain("database system was shut down at");
    expect(log).not.toContain("interrupted");
    await dify.works();
  });

  it("shows no key of models that are not there", async () => {
    const { stdout } = await stack.pulumi("stack", "output", "--json");
    expect(JSON.parse(stdout)).not.toHaveProperty("llmProxyKey");
  });

  describe("tools by MCP", () => mcpTests(() => dify));
  describe("a new value", () => rotationTests(() => dify, kept.found));

  it("shuts the database down cleanly when it is destroyed, too", async () => {
    const log = dify.followLog("dify-postgres");
    await stack.succeed("down");
    await expectCleanEnd(log);
  });
});
