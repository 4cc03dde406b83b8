import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { sha256 } from "../../engines/files/layout";
import { startCommand } from "../support/command";

const ROOT = path.join(__dirname, "../..");
const STACK = `unit-${process.pid}`;
const file = path.join(ROOT, `Pulumi.${STACK}.yaml`);
let directory = "";

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-token-"));
  fs.mkdirSync(path.join(directory, "data/secrets"), { recursive: true });
  const set = { auth: "token", dataDir: path.join(directory, "data"), secretsFile: path.join(directory, "env") };
  const config = Object.fromEntries(Object.entries(set).map(([key, value]) => [`mcp-gateway-stack:${key}`, value]));
  fs.writeFileSync(file, stringify({ config }));
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true });
  fs.rmSync(file);
});

const token = (...args: string[]) =>
  startCommand(process.execPath, ["commands/entry.js", "mcp-token", ...args, "--stack", STACK], ROOT, process.env).done;
const kept = (): unknown => JSON.parse(fs.readFileSync(path.join(directory, "data/secrets/mcp-clients.json"), "utf8"));

it("a token is shown once, alone on standard output, and only its digest is kept, readable by its owner", async () => {
  const { code, stdout } = await token("add", "laptop");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/)]);
  expect(kept()).toEqual({ laptop: sha256(stdout.trim()) });
  expect(fs.statSync(path.join(directory, "data/secrets/mcp-clients.json")).mode & 0o777).toBe(0o600);
});

it("a name is given out once, wherever it stands, and taken away by that name", async () => {
  await token("add", "laptop");
  fs.writeFileSync(path.join(directory, "env"), `MCP_TOKEN_desk=${"d".repeat(32)}\n`);
  for (const [name, why] of [
    ["laptop", "npm run mcp-token -- remove laptop"],
    ["desk", "MCP_TOKEN_desk in secretsFile"],
    ["default", "is the stack's own"],
    ["services", "is the stack's own"],
    ["a b", "is no name"],
  ] as const) {
    expect(await token("add", name)).toMatchObject({ code: 1, stderr: expect.stringContaining(why) as unknown });
  }
  expect((await token("remove", "desk")).stderr).toContain("remove that, then npm run up");
  expect((await token("remove", "laptop")).code).toBe(0);
  expect(kept()).toEqual({});
  expect(await token("remove", "laptop")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("there is no token laptop") as unknown,
  });
});

it("nothing is recorded that the router could not be told of", async () => {
  fs.writeFileSync(path.join(directory, "env"), "MCP_TOKEN_desk=short\n");
  const refused = { code: 1, stdout: "", stderr: expect.stringContaining("Nothing was changed: ") as unknown };
  expect(await token("add", "laptop")).toMatchObject(refused);
  expect(fs.readdirSync(path.join(directory, "data/secrets"))).toEqual([]);
});

it("a token of the stack's config is known by its name, without Pulumi", async () => {
  const sealed = { MCP_TOKEN_car: { secure: "v1:8mzuZ3Yt4aZBxkZA:9sN0" } };
  fs.appendFileSync(file, stringify({ "mcp-gateway-stack:secrets": sealed }).replace(/^/gm, "  "));
  expect((await token("add", "car")).stderr).toContain("MCP_TOKEN_car in stack config");
  expect((await token("remove", "car")).stderr).toContain(
    "pulumi config rm --path secrets.MCP_TOKEN_car, then npm run up",
  );
  const { stdout } = await token("list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    tokens: expect.arrayContaining([{ name: "car", from: "stack config" }]) as unknown,
  });
});

it("the list has names and where they come from", async () => {
  await token("add", "laptop");
  fs.writeFileSync(path.join(directory, "env"), `MCP_TOKEN_desk=${"d".repeat(32)}\n`);
  const { stdout } = await token("list", "--json");
  expect(JSON.parse(stdout)).toEqual({
    auth: "token",
    tokens: [
      { name: "default", from: "the stack's own" },
      { name: "services", from: "the stack's own, for Open WebUI and Dify" },
      { name: "desk", from: "secretsFile" },
      { name: "laptop", from: "npm run mcp-token" },
    ],
  });
});
