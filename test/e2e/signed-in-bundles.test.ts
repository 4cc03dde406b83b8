/** Open WebUI and Dify where clients have to sign in: they reach the MCP servers all the same, and nobody else does. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imageSightings, sightings, type Canary } from "../support/canaries";
import { DifyStack } from "../support/dify-stack";
import { serveModels, type ModelServer } from "../support/model-server";
import { openWebui } from "../support/open-webui";
import { createStack, idsByService, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { bearer, visitor } from "../support/visitor";
import { mcpTests } from "./dify/mcp";
import { reachTests } from "./reach/matrix";

jest.setTimeout(900_000);

const canary = (name: string): Canary => ({ name, value: randomBytes(32).toString("hex") });
/** Secrets of the user's, by the lines of secretsFile. */
const OURS: readonly Canary[] = ["MCP_TOKEN_laptop", "SOME_PROVIDER_KEY", "LLAMA_CPP_MODEL_TOKEN"].map(canary);
/** Those of the stack's config. */
const CONFIGURED: readonly Canary[] = ["MCP_TOKEN_car", "OTHER_PROVIDER_KEY", "WHISPER_CPP_MODEL_TOKEN"].map(canary);
const valueOf = (name: string): string => [...OURS, ...CONFIGURED].find((one) => one.name === name)?.value ?? "";

let server: ModelServer;
let stack: TestStack;
let secretsFile: string;
/** What commands said. */
let shown = "";

/** Nobody asks it. */
const PROVIDERS = [{ name: "elsewhere", baseUrl: "http://127.0.0.1:9/v1", model: "x", secret: "SOME_PROVIDER_KEY" }];
const OTHERS = [
  ...PROVIDERS,
  { name: "other", baseUrl: "http://127.0.0.1:9/v1", model: "x", secret: "OTHER_PROVIDER_KEY" },
];

/** Gives a secret of the stack's config this value. */
async function configureSecret({ name, value }: Canary): Promise<void> {
  const { code, output } = await stack.pulumi("config", "set", "--secret", "--path", `secrets.${name}`, value);
  if (code !== 0) throw new Error(output);
}

beforeAll(async () => {
  const models = await tinyModels();
  secretsFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "mcp-canaries-")), "secrets.env");
  fs.writeFileSync(secretsFile, OURS.map(({ name, value }) => `${name}=${value}\n`).join(""), { mode: 0o600 });
  server = await serveModels([models.llama.file, models.whisper.file], {
    [models.llama.file]: valueOf("LLAMA_CPP_MODEL_TOKEN"),
    [models.whisper.file]: valueOf("WHISPER_CPP_MODEL_TOKEN"),
  });
  stack = await createStack(
    {
      servers: "time",
      bundles: "ai,dify",
      auth: "token",
      llamaCppModelUrl: server.url(models.llama.file),
      whisperCppModelUrl: server.url(models.whisper.file),
      llamaContextSize: 16384,
      secretsFile,
      llmProviders: OTHERS,
    },
    { prefix: "signed-in" },
  );
  for (const secret of CONFIGURED) await configureSecret(secret);
  shown += (await stack.succeed("up")).output;
});
afterAll(async () => {
  fs.rmSync(path.dirname(secretsFile), { recursive: true });
  await stack.remove();
  await server.stop();
});

const secret = (name: string): string => fs.readFileSync(path.join(stack.dataDir, "secrets", name, "value"), "utf8");

reachTests(
  () => stack,
  () => ({ servers: "time", bundles: "ai,dify", auth: "token", secretsFile, llmProviders: JSON.stringify(PROVIDERS) }),
);

it("others of the stack's networks are asked for a token, as clients are", async () => {
  expect(await visitor(() => stack).statusAt("/mcp")).toBe(401);
  const ask = "import urllib.request as r; r.urlopen('http://mcp-router:8080/mcp')";
  await expect(new DifyStack(stack).inside("open-webui", "python3", "-c", ask)).rejects.toThrow(/401/);
});

it("Open WebUI lists the tools of both MCP servers", async () => {
  const webui = openWebui(() => stack);
  const session = await webui.signIn(secret("webui-admin-password"));
  const { json } = await webui.api("/api/v1/configs/tool_servers", "GET", undefined, session);
  const connections = json["TOOL_SERVER_CONNECTIONS"] as object[];
  for (const [index, tool] of ["get_current_time", "nix_versions"].entries()) {
    const verified = await webui.api("/api/v1/configs/tool_servers/verify", "POST", connections[index], session);
    expect([verified.status, JSON.stringify(verified.json)]).toEqual([200, expect.stringContaining(tool)]);
  }
});

describe("MCP servers of the stack, as tools of Dify,", () => {
  mcpTests(() => new DifyStack(stack));
});

/** Every generated secret, and the user's own. */
const canaries = (): Canary[] => {
  const directory = path.join(stack.dataDir, "secrets");
  const made = fs.readdirSync(directory).filter((name) => fs.existsSync(path.join(directory, name, "value")));
  return [...OURS, ...CONFIGURED, ...made.map((name) => ({ name, value: secret(name) }))];
};

it("secrets are in their own files, and nowhere else that a stack leaves traces", async () => {
  const texts = {
    "output of commands": shown,
    "stack outputs": (await stack.pulumi("stack", "output")).output,
    preview: (await stack.pulumi("preview", "--diff")).output,
    "exported state": (await stack.pulumi("stack", "export")).output,
    "compose export": (await stack.succeed("export-compose")).output,
    "list of secrets": (await stack.succeed("secrets", "list")).output,
    status: (await stack.run("mcp-status", "--json")).output,
    logs: (await stack.succeed("mcp-logs", "--tail", "all")).output,
    "start page": (await visitor(() => stack).ask("/", bearer(secret("mcp-token")))).body,
  };
  const found = await sightings(stack, canaries(), texts);
  const own = canaries().map(({ name }) => [`data/secrets/${name}`, name]);
  expect(canaries().length).toBeGreaterThan(15);
  // Each in the directory of its own name.
  const elsewhere = Object.entries(found).filter(
    ([place, names]) =>
      !own.some(([directory = "", name = ""]) => place.startsWith(`${directory}/`) && names.join() === name),
  );
  expect(Object.fromEntries(elsewhere)).toEqual({
    // Where llm-proxy reads it.
    "data/secrets/llm-env/.env": ["OTHER_PROVIDER_KEY", "SOME_PROVIDER_KEY"],
    // Where MinIO keeps its users.
    "data/minio/.minio.sys/config/iam/users/dify/identity.json/xl.meta": ["minio-dify-password"],
    // Shown once, by the run that made it.
    "output of commands": ["webui-admin-password"],
  });
});

it("models were fetched with a token of the file, and with one of the stack's config", () => {
  expect([...server.asked].sort()).toEqual(["ggml-tiny-whisper.bin", "tiny-llama.gguf"]);
});

it("a token of the stack's config lets in, as one of the file does", async () => {
  for (const { value } of [OURS[0], CONFIGURED[0]].flatMap((one) => one ?? []))
    expect((await visitor(() => stack).ask("/", bearer(value))).status).toBe(200);
});

it("no image holds one", async () => {
  const images = new Set((await stack.containers()).map(({ Image }) => Image));
  const small = [...images].filter((image) => /(traefik|mcp-[a-z]+|minio|dify-(redis|ssrf-proxy)):/.test(image));
  expect(small.length).toBeGreaterThan(4);
  // Control: the search finds what is in a layer.
  const control = { name: "control", value: "Debian" };
  const found = await imageSightings(small, [...canaries(), control]);
  expect(found).toEqual({ "image layers": ["control"] });
});

it("another up leaves everything as it is", async () => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
  expect([code, output]).toEqual([0, expect.any(String)]);
});

describe("a secret of the stack's config", () => {
  const renewed = canary("OTHER_PROVIDER_KEY");
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await idsByService(stack);
    await configureSecret(renewed);
  });

  it("is new in a preview, which shows no value and writes none", async () => {
    const { code, output } = await stack.pulumi("preview", "--diff");
    expect([code, output]).toEqual([0, expect.stringContaining("llm-proxy")]);
    expect(await sightings(stack, [renewed], { preview: output })).toEqual({});
  });

  it("replaces who uses it and nothing else, and is nowhere but in that one's file", async () => {
    const { output } = await stack.succeed("up");
    const after = await idsByService(stack);
    expect(Object.keys(before).filter((service) => after[service] !== before[service])).toEqual(["llm-proxy"]);
    const control = await stack.pulumi("config", "get", "--path", `secrets.${renewed.name}`);
    expect(control.stdout.trim()).toBe(renewed.value);
    expect(await sightings(stack, [renewed], { output })).toEqual({ "data/secrets/llm-env/.env": [renewed.name] });
  });

  it("is refused by its name while it is not encrypted, by commands and by the program", async () => {
    const plain = canary("PLAIN_KEY");
    await stack.pulumi("config", "set", "--plaintext", "--path", `secrets.${plain.name}`, plain.value);
    try {
      for (const refused of [await stack.run("mcp-status"), await stack.pulumi("preview")]) {
        expect(refused.code).not.toBe(0);
        expect(refused.output).toContain("secrets.PLAIN_KEY: is not encrypted in the stack's file");
        expect(refused.output).not.toContain(plain.value);
      }
    } finally {
      await stack.pulumi("config", "rm", "--path", `secrets.${plain.name}`);
    }
  });
});
