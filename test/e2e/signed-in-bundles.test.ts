/** Open WebUI and Dify where clients have to sign in: they reach the MCP servers all the same, and nobody else does. */
import fs from "node:fs";
import path from "node:path";
import { DifyStack } from "../support/dify-stack";
import { serveModels, type ModelServer } from "../support/model-server";
import { openWebui } from "../support/open-webui";
import { createStack, type TestStack } from "../support/stack";
import { tinyModels } from "../support/tiny-models";
import { visitor } from "../support/visitor";
import { mcpTests } from "./dify/mcp";

jest.setTimeout(900_000);

let server: ModelServer;
let stack: TestStack;
beforeAll(async () => {
  const models = await tinyModels();
  server = await serveModels([models.llama.file, models.whisper.file]);
  stack = await createStack(
    {
      servers: "time",
      bundles: "ai,dify",
      auth: "token",
      llamaCppModelUrl: server.url(models.llama.file),
      whisperCppModelUrl: server.url(models.whisper.file),
      llamaContextSize: 16384,
    },
    { prefix: "signed-in" },
  );
  await stack.succeed("up");
});
afterAll(async () => {
  await stack.remove();
  await server.stop();
});

const secret = (name: string): string => fs.readFileSync(path.join(stack.dataDir, "secrets", name, "value"), "utf8");

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

it("the token of the services is in no description of a container, no log, and not in the state", async () => {
  const token = secret("mcp-services-token");
  for (const { Id } of await stack.containers()) {
    const container = stack.docker.getContainer(Id);
    expect(JSON.stringify(await container.inspect())).not.toContain(token);
    expect((await container.logs({ stdout: true, stderr: true })).toString()).not.toContain(token);
  }
  for (const text of new DifyStack(stack).stateFiles()) expect(text).not.toContain(token);
});

it("another up leaves everything as it is", async () => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
  expect([code, output]).toEqual([0, expect.any(String)]);
});
