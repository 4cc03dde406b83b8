import { z } from "zod";
import { CLIENTS, clientFile, projectFile, vscodeFile } from "../../services/client-files";
import { coreEndpoints } from "../../services/endpoints";
import { configOf } from "../support/config";

const ENDPOINTS = coreEndpoints(configOf());
const OPEN = { endpoints: ENDPOINTS, signIn: false };
const CLOSED = { endpoints: ENDPOINTS, signIn: true };
const url = z.string().regex(/^https?:\/\/.+/);
const http = z.strictObject({ type: z.enum(["http", "sse"]), url });
const read = (text: string): unknown => JSON.parse(text);

/**
 * The parts of VS Code's own schema that matter here: mcpServerSchema in
 * src/vs/workbench/contrib/mcp/common/mcpConfiguration.ts, which allows no further keys.
 */
const VSCODE = z.strictObject({
  servers: z.record(z.string(), http.extend({ headers: z.record(z.string(), z.string()).optional() })),
  inputs: z.array(z.unknown()).optional(),
});

it(".vscode/mcp.json is what VS Code's schema allows, which .mcp.json is not", () => {
  expect(VSCODE.safeParse(read(vscodeFile(OPEN))).success).toBe(true);
  expect(VSCODE.safeParse(read(projectFile(OPEN))).success).toBe(false);
});

it(".mcp.json has the same servers under both names, each by its type", () => {
  const servers = {
    "agent-hub": { type: "http", url: "http://127.0.0.1:8811/mcp" },
    "mcp-nixos": { type: "http", url: "http://127.0.0.1:8811/mcp/nixos" },
  };
  expect(read(projectFile(OPEN))).toEqual({ mcpServers: servers, servers });
});

it.each([
  ["claude-desktop", "mcpServers", z.strictObject({ command: z.string(), args: z.array(z.string()) })],
  ["cursor", "mcpServers", z.strictObject({ url })],
  ["gemini-cli", "mcpServers", z.strictObject({ httpUrl: url })],
  ["zed", "context_servers", z.strictObject({ url })],
] as const)("%s gets what its documentation asks for", (client, key, entry) => {
  const file = z.strictObject({ [key]: z.strictObject({ "agent-hub": entry, "mcp-nixos": entry }) });
  expect(file.safeParse(read(clientFile(CLIENTS[client], OPEN))).error).toBeUndefined();
});

it("codex gets tables of TOML", () => {
  expect(clientFile(CLIENTS.codex, OPEN)).toBe(
    '[mcp_servers.agent-hub]\nurl = "http://127.0.0.1:8811/mcp"\n\n' +
      '[mcp_servers.mcp-nixos]\nurl = "http://127.0.0.1:8811/mcp/nixos"\n',
  );
});

describe("where clients have to sign in", () => {
  const headers = (reference: string): z.ZodType => z.strictObject({ Authorization: z.literal(`Bearer ${reference}`) });
  const bridge = z.strictObject({
    command: z.literal("npx"),
    args: z.tuple([
      ...(["-y", "mcp-remote"] as const).map((word) => z.literal(word)),
      url,
      z.literal("--allow-http"),
      z.literal("--header"),
      z.literal("Authorization:Bearer ${MCP_GATEWAY_TOKEN}"),
    ] as unknown as [z.ZodType]),
  });

  it.each([
    ["claude-desktop", "mcpServers", bridge],
    ["cursor", "mcpServers", z.strictObject({ url, headers: headers("${env:MCP_GATEWAY_TOKEN}") })],
    ["gemini-cli", "mcpServers", z.strictObject({ httpUrl: url, headers: headers("$MCP_GATEWAY_TOKEN") })],
    ["zed", "context_servers", bridge],
  ] as const)("%s takes the token from its environment", (client, key, entry) => {
    const file = z.strictObject({ [key]: z.strictObject({ "agent-hub": entry, "mcp-nixos": entry }) });
    expect(file.safeParse(read(clientFile(CLIENTS[client], CLOSED))).error).toBeUndefined();
  });

  it("codex is told the variable's name", () => {
    expect(clientFile(CLIENTS.codex, CLOSED).split("\n").slice(0, 3)).toEqual([
      "[mcp_servers.agent-hub]",
      'url = "http://127.0.0.1:8811/mcp"',
      'bearer_token_env_var = "MCP_GATEWAY_TOKEN"',
    ]);
  });

  it("VS Code asks for the token, and its file is still what its schema allows", () => {
    const file = VSCODE.parse(read(vscodeFile(CLOSED)));
    expect(file.servers["agent-hub"]?.headers).toEqual({ Authorization: "Bearer ${input:mcp-gateway-token}" });
    expect(file.inputs).toEqual([expect.objectContaining({ id: "mcp-gateway-token", password: true })]);
  });

  it("Claude Code takes it from its environment", () => {
    const file = read(projectFile(CLOSED)) as { mcpServers: Record<string, unknown> };
    expect(file.mcpServers["agent-hub"]).toEqual({
      type: "http",
      url: "http://127.0.0.1:8811/mcp",
      headers: { Authorization: "Bearer ${MCP_GATEWAY_TOKEN}" },
    });
  });
});
