/** Open WebUI and Dify where clients have to sign in: they reach the MCP servers all the same, and nobody else does. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imageSightings, sightings, type Canary } from "../support/canaries";
import { DifyStack } from "../support/dify-stack";
import { serveModels, type ModelServer } from "../support/model-server";
import { openWebui } from "../support/open-webui";
import { createStack, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { bearer, visitor } from "../support/visitor";
import { mcpTests } from "./dify/mcp";
import { reachTests } from "./reach/matrix";

jest.setTimeout(900_000);

/** Secrets of the user's, by the lines of secretsFile. */
const OURS: readonly Canary[] = ["MCP_TOKEN_laptop", "SOME_PROVIDER_KEY"].map((name) => ({
  name,
  value: randomBytes(32).toString("hex"),
}));

let server: ModelServer;
let stack: TestStack;
let secretsFile: string;
/** What commands said. */
let shown = "";

/** Nobody asks it. */
const PROVIDERS = [{ name: "elsewhere", baseUrl: "http://127.0.0.1:9/v1", model: "x", secret: "SOME_PROVIDER_KEY" }];
beforeAll(async () => {
  const models = await tinyModels();
  secretsFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "mcp-canaries-")), "secrets.env");
  fs.writeFileSync(secretsFile, OURS.map(({ name, value }) => `${name}=${value}\n`).join(""), { mode: 0o600 });
  server = await serveModels([models.llama.file, models.whisper.file]);
  stack = await createStack(
    {
      servers: "time",
      bundles: "ai,dify",
      auth: "token",
      llamaCppModelUrl: server.url(models.llama.file),
      whisperCppModelUrl: server.url(models.whisper.file),
      llamaContextSize: 16384,
      secretsFile,
      llmProviders: PROVIDERS,
    },
    { prefix: "signed-in" },
  );
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
  return [...OURS, ...made.map((name) => ({ name, value: secret(name) }))];
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
    "data/secrets/llm-env/.env": ["SOME_PROVIDER_KEY"],
    // Where MinIO keeps its users.
    "data/minio/.minio.sys/config/iam/users/dify/identity.json/xl.meta": ["minio-dify-password"],
    // Shown once, by the run that made it.
    "output of commands": ["webui-admin-password"],
  });
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
