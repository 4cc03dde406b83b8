import { z } from "zod";
import { CLIENTS, clientFile, projectFile, vscodeFile } from "../../services/client-files";
import { coreEndpoints } from "../../services/endpoints";
import { configOf } from "../support/config";

const ENDPOINTS = coreEndpoints(configOf());
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
  expect(VSCODE.safeParse(read(vscodeFile(ENDPOINTS))).success).toBe(true);
  expect(VSCODE.safeParse(read(projectFile(ENDPOINTS))).success).toBe(false);
});

it(".mcp.json has the same servers under both names, each by its type", () => {
  const servers = {
    "agent-hub": { type: "http", url: "http://127.0.0.1:8811/mcp" },
    "mcp-nixos": { type: "http", url: "http://127.0.0.1:8811/mcp/nixos" },
  };
  expect(read(projectFile(ENDPOINTS))).toEqual({ mcpServers: servers, servers });
});

it.each([
  ["claude-desktop", "mcpServers", z.strictObject({ command: z.string(), args: z.array(z.string()) })],
  ["cursor", "mcpServers", z.strictObject({ url })],
  ["gemini-cli", "mcpServers", z.strictObject({ httpUrl: url })],
  ["zed", "context_servers", z.strictObject({ url })],
] as const)("%s gets what its documentation asks for", (client, key, entry) => {
  const file = z.strictObject({ [key]: z.strictObject({ "agent-hub": entry, "mcp-nixos": entry }) });
  expect(file.safeParse(read(clientFile(CLIENTS[client], ENDPOINTS))).error).toBeUndefined();
});

it("codex gets tables of TOML", () => {
  expect(clientFile(CLIENTS.codex, ENDPOINTS)).toBe(
    '[mcp_servers.agent-hub]\nurl = "http://127.0.0.1:8811/mcp"\n\n' +
      '[mcp_servers.mcp-nixos]\nurl = "http://127.0.0.1:8811/mcp/nixos"\n',
  );
});
