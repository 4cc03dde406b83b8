/** How MCP clients are told about the stack: pure. Each format names where it is documented. */
import type { Endpoint } from "./endpoints";

/** Name of a server in clients' files; the first endpoint keeps the name that it has in people's files. */
const serverName = ({ name }: Endpoint): string => (name === "mcp" ? "agent-hub" : name);

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const entries = (endpoints: readonly Endpoint[], entry: (url: string) => Entries[string]): Entries =>
  Object.fromEntries(endpoints.map((endpoint) => [serverName(endpoint), entry(endpoint.url)]));

const http = (url: string): Entries[string] => ({ type: "http", url });

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * `.mcp.json`: `mcpServers` for Claude Code (https://code.claude.com/docs/en/mcp), which passes over other keys, and `servers`
 * for those that read VS Code's format.
 */
export const projectFile = (endpoints: readonly Endpoint[]): string =>
  json({ mcpServers: entries(endpoints, http), servers: entries(endpoints, http) });

/**
 * `.vscode/mcp.json` (https://code.visualstudio.com/docs/copilot/reference/mcp-configuration). A file of its own, because
 * VS Code's schema allows no other key beside `servers` and `inputs`.
 */
export const vscodeFile = (endpoints: readonly Endpoint[]): string => json({ servers: entries(endpoints, http) });

/** A client with a file in the user's home. */
export interface ClientFormat {
  /** Key that holds the servers; `toml` writes each as a table below it. */
  readonly key: string;
  readonly syntax: "json" | "jsonc" | "toml";
  readonly entry: (url: string) => Entries[string];
}

export const CLIENTS = {
  /** Its file knows programs only: https://modelcontextprotocol.io/docs/develop/connect-local-servers; mcp-remote is the bridge. */
  "claude-desktop": {
    key: "mcpServers",
    syntax: "json",
    entry: (url) => ({ command: "npx", args: ["-y", "mcp-remote", url, "--allow-http"] }),
  },
  /** https://cursor.com/docs/context/mcp */
  cursor: { key: "mcpServers", syntax: "json", entry: (url) => ({ url }) },
  /** https://github.com/openai/codex/blob/main/docs/config.md */
  codex: { key: "mcp_servers", syntax: "toml", entry: (url) => ({ url }) },
  /** `httpUrl` chooses streamable HTTP: https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md */
  "gemini-cli": { key: "mcpServers", syntax: "json", entry: (url) => ({ httpUrl: url }) },
  /** https://zed.dev/docs/ai/mcp */
  zed: { key: "context_servers", syntax: "jsonc", entry: (url) => ({ url }) },
} as const satisfies Readonly<Record<string, ClientFormat>>;

export type ClientName = keyof typeof CLIENTS;

/** What a client's file has to hold, by the server's name. */
export const clientEntries = ({ entry }: ClientFormat, endpoints: readonly Endpoint[]): Entries =>
  entries(endpoints, entry);

const tomlTable = (key: string, name: string, entry: Entries[string]): string =>
  [`[${key}.${name}]`, ...Object.entries(entry).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)].join(
    "\n",
  );

/** The whole of a file that holds nothing else. TOML's basic strings and JSON's are written alike. */
export function clientFile(format: ClientFormat, endpoints: readonly Endpoint[]): string {
  const all = clientEntries(format, endpoints);
  if (format.syntax !== "toml") return json({ [format.key]: all });
  return `${Object.entries(all)
    .map(([name, entry]) => tomlTable(format.key, name, entry))
    .join("\n\n")}\n`;
}
