/** The stack without Pulumi: what `npm run export-compose` writes, brought up by Docker Compose. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { findCompose, type Compose } from "../../commands/bench/compose-cli";
import { eventually } from "../support/eventually";
import { withSession } from "../support/mcp-client";
import { serveModels } from "../support/model-server";
import { createStack, PROJECT, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { bearer, visitor } from "../support/visitor";

jest.setTimeout(240_000);

let stack: TestStack;
let compose: Compose;
let file: string;
beforeAll(async () => {
  compose = findCompose();
  stack = await createStack({ servers: "time,memory" });
  file = path.join(path.dirname(stack.dataDir), "compose.yaml");
});
afterAll(async () => {
  compose("--file", file, "down", "--volumes");
  await stack.remove();
});

const succeed = (...args: string[]): string => {
  const { code, output } = compose("--file", file, ...args);
  if (code !== 0) throw new Error(output);
  return output;
};

describe("the exported file", () => {
  it("is up and healthy with one command, and serves MCP clients as the stack does", async () => {
    await stack.succeed("export-compose", "--output", file);
    succeed("up", "--wait");
    await withSession(stack.url("/mcp"), async (session) => {
      const tools = await session.toolNames();
      expect(tools).toEqual(expect.arrayContaining(["get_current_time", "create_entities"]));
      await session.call("create_entities", {
        entities: [{ name: "compose", entityType: "way", observations: ["was here"] }],
      });
    });
    await withSession(stack.url("/mcp/nixos"), async (session) => {
      expect(await session.toolNames()).toContain("nix");
    });
  });

  it("makes containers with the settings of the stack's", async () => {
    const [gateway] = await stack.containers("mcp-gateway");
    const { HostConfig, Config } = await stack.docker.getContainer(gateway?.Id ?? "").inspect();
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
    });
    expect(HostConfig.Memory).toBeGreaterThan(0);
    expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
    expect(Config).toMatchObject({ StopTimeout: 15 });
  });

  it("has no value of a secret in it", () => {
    const text = fs.readFileSync(file, "utf8");
    const token = fs.readFileSync(path.join(stack.dataDir, "secrets/gateway-token/value"), "utf8");
    expect(token.length).toBeGreaterThan(20);
    expect(text).not.toContain(token);
  });

  it("leaves nothing running, and the data where the stack finds it", async () => {
    succeed("down");
    await eventually(async () => expect(await stack.containers()).toEqual([]));
    await stack.succeed("up");
    await withSession(stack.url("/mcp"), async (session) => {
      expect(await session.call("read_graph")).toContain("was here");
    });
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources: \d+ unchanged;/);
    await stack.succeed("down");
  });
});

describe("every combination of bundles", () => {
  it.each(["", "ai", "dify", "ai,dify"])("%j is a file that compose accepts, with every service", async (bundles) => {
    const models = await tinyModels();
    const server = await serveModels([models.llama.file, models.whisper.file]);
    try {
      const urls = {
        llamaCppModelUrl: server.url(models.llama.file),
        whisperCppModelUrl: server.url(models.whisper.file),
      };
      stack.configure({ bundles, ...(bundles.includes("ai") ? urls : {}) });
      await stack.succeed("export-compose", "--output", file);
    } finally {
      await server.stop();
    }
    succeed("config", "--quiet");
    const { services } = parse(fs.readFileSync(file, "utf8")) as { services: Record<string, { image: string }> };
    const names = Object.keys(services);
    expect(names).toEqual(expect.arrayContaining(["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http"]));
    expect(names.includes("open-webui")).toBe(bundles.includes("ai"));
    expect(names.includes("dify-migration")).toBe(bundles.includes("dify"));
    expect(Object.values(services).map(({ image }) => image)).toEqual(
      expect.arrayContaining([expect.stringContaining(`${PROJECT}/`)]),
    );
  });
});

describe("secrets of the stack's config", () => {
  const secrets = ["MCP_TOKEN_composed", "LLAMA_CPP_MODEL_TOKEN", "WHISPER_CPP_MODEL_TOKEN"] as const;
  const values = Object.fromEntries(secrets.map((name) => [name, randomBytes(32).toString("hex")]));

  beforeAll(async () => {
    const models = await tinyModels();
    const server = await serveModels([models.llama.file, models.whisper.file], {
      [models.llama.file]: values["LLAMA_CPP_MODEL_TOKEN"] ?? "",
      [models.whisper.file]: values["WHISPER_CPP_MODEL_TOKEN"] ?? "",
    });
    stack.configure({
      bundles: "ai",
      auth: "token",
      llamaCppModelUrl: server.url(models.llama.file),
      whisperCppModelUrl: server.url(models.whisper.file),
    });
    // Those of the tests before asked for no token.
    for (const kind of ["llama-cpp", "whisper-cpp"])
      fs.rmSync(path.join(stack.dataDir, kind), { recursive: true, force: true });
    for (const [name, value] of Object.entries(values))
      await stack.succeed("pulumi", "config", "set", "--secret", "--path", `secrets.${name}`, value);
    try {
      await stack.succeed("export-compose", "--output", file);
      expect([...server.asked].sort()).toEqual(["ggml-tiny-whisper.bin", "tiny-llama.gguf"]);
    } finally {
      await server.stop();
    }
    succeed("up", "--wait");
  });
  afterAll(() => succeed("down"));

  it("let in who has them, and nobody else", async () => {
    const { ask } = visitor(() => stack);
    expect((await ask("/", bearer(values["MCP_TOKEN_composed"] ?? ""))).status).toBe(200);
    expect((await ask("/")).status).toBe(401);
    expect((await ask("/", bearer("another"))).status).toBe(401);
  });

  it("are not in the file", () => {
    const text = fs.readFileSync(file, "utf8");
    expect(Object.values(values).filter((value) => text.includes(value))).toEqual([]);
  });
});

describe("what cannot come up", () => {
  it("is not exported, and says why", async () => {
    stack.configure({ servers: "nothing" });
    fs.rmSync(file);
    const { code, output } = await stack.run("export-compose", "--output", file);
    expect(code).toBe(1);
    expect(output).toContain('"nothing"');
    expect(fs.existsSync(file)).toBe(false);
  });
});
