/**
 * What each client accepts of its file, told again from its own schema or documentation (read in November 2026): the keys
 * around servers that matter here, and all fields of a server that is reached over HTTP or started as a program.
 */
import { z } from "zod";

const text = z.string().min(1);
const url = z.string().regex(/^https?:\/\/.+/);
const texts = z.record(z.string(), z.string());
const program = { command: text, args: z.array(z.string()).optional(), env: texts.optional() };
const servers = <T extends z.ZodType>(entry: T) => z.record(z.string(), entry);

/**
 * mcpServerSchema in microsoft/vscode, src/vs/workbench/contrib/mcp/common/mcpConfiguration.ts: no further keys, neither
 * around the servers nor in them (`dev` is for those who write servers). https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
 */
export const VSCODE = z.strictObject({
  servers: servers(
    z.union([
      z.strictObject({ type: z.enum(["http", "sse"]).optional(), url, headers: texts.optional() }),
      z.strictObject({
        type: z.literal("stdio").optional(),
        ...program,
        cwd: text.optional(),
        envFile: text.optional(),
      }),
    ]),
  ).optional(),
  inputs: z.array(z.unknown()).optional(),
});

/**
 * https://code.claude.com/docs/en/mcp. Keys beside mcpServers are passed over: `claude mcp list` of 2.1.332 lists both servers
 * of this checkout's .mcp.json without a complaint, calls a file with `servers` alone an error, and skips an unknown type.
 */
export const CLAUDE_CODE = z.looseObject({
  mcpServers: servers(
    z.union([
      z.strictObject({ type: z.enum(["http", "sse"]), url, headers: texts.optional() }),
      z.strictObject({ type: z.literal("stdio").optional(), ...program }),
    ]),
  ),
});

/** Programs only: https://modelcontextprotocol.io/docs/develop/connect-local-servers */
const CLAUDE_DESKTOP = z.looseObject({ mcpServers: servers(z.strictObject(program)) });

/** https://cursor.com/docs/context/mcp: a program, or an address with headers; there is no schema to be had. */
const CURSOR = z.looseObject({
  mcpServers: servers(
    z.union([
      z.strictObject({ url, headers: texts.optional(), auth: z.looseObject({}).optional() }),
      z.strictObject({ type: z.literal("stdio").optional(), ...program, envFile: text.optional() }),
    ]),
  ),
});

/**
 * RawMcpServerConfig in openai/codex, codex-rs/config/src/mcp_types.rs: no further keys, and a server is either started or
 * reached. `codex mcp list --json` of 0.171.0 gives both servers as streamable_http.
 */
const CODEX = z.looseObject({
  mcp_servers: servers(
    z.strictObject({
      url,
      bearer_token_env_var: text.optional(),
      http_headers: texts.optional(),
      env_http_headers: texts.optional(),
      startup_timeout_sec: z.number().optional(),
      tool_timeout_sec: z.number().optional(),
      enabled: z.boolean().optional(),
      enabled_tools: z.array(text).optional(),
      disabled_tools: z.array(text).optional(),
    }),
  ),
});

/**
 * MCPServerConfig in google-gemini/gemini-cli, schemas/settings.schema.json: no further keys. `gemini mcp list` of 0.61.0 gives
 * both servers as http.
 */
const GEMINI_CLI = z.looseObject({
  mcpServers: servers(
    z.strictObject({
      httpUrl: url.optional(),
      url: url.optional(),
      type: z.enum(["stdio", "sse", "http"]).optional(),
      headers: texts.optional(),
      command: text.optional(),
      args: z.array(z.string()).optional(),
      env: texts.optional(),
      cwd: text.optional(),
      timeout: z.number().optional(),
      trust: z.boolean().optional(),
      description: text.optional(),
      includeTools: z.array(text).optional(),
      excludeTools: z.array(text).optional(),
    }),
  ),
});

/** ContextServerSettingsContent in zed-industries/zed, crates/settings_content/src/project.rs; args are required. https://zed.dev/docs/ai/mcp */
const ZED = z.looseObject({
  context_servers: servers(
    z.union([
      z.strictObject({
        url,
        enabled: z.boolean().optional(),
        headers: texts.optional(),
        timeout: z.number().optional(),
      }),
      z.strictObject({ ...program, args: z.array(z.string()), enabled: z.boolean().optional() }),
    ]),
  ),
});

/** Schemas of the clients in people's homes. */
export const CLIENT_SCHEMAS = {
  "claude-desktop": CLAUDE_DESKTOP,
  cursor: CURSOR,
  codex: CODEX,
  "gemini-cli": GEMINI_CLI,
  zed: ZED,
} as const;
