/** How MCP clients are told about the stack: pure. Each format names where it is documented. */
import type { Config } from "../config";
import type { Endpoint } from "./endpoints";

/** Name of a server in clients' files; the first endpoint keeps the name that it has in people's files. */
const serverName = ({ name }: Endpoint): string => (name === "mcp" ? "agent-hub" : name);

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Entry = Entries[string];

/** Environment variable of the client from which its file takes the token, so that no file has one. */
export const TOKEN_VARIABLE = "MCP_GATEWAY_TOKEN";

/** Whether a client's file has to name a token; with oidc, clients get theirs from the provider by themselves. */
export const showsToken = (auth: Config["auth"]): boolean => auth === "token" || auth === "basic";

/** Where an entry leads, and whether a token is asked for there. */
export interface Target extends Pick<Endpoint, "url"> {
  readonly token: boolean;
}

/** What a file is made for: the endpoints, and whether clients have to sign in. */
export interface ClientPlan {
  readonly endpoints: readonly Endpoint[];
  readonly signIn: boolean;
}

const entries = ({ endpoints, signIn }: ClientPlan, entry: (target: Target) => Entry): Entries =>
  Object.fromEntries(endpoints.map((endpoint) => [serverName(endpoint), entry({ url: endpoint.url, token: signIn })]));

/** `reference` is how the client's format names the token. */
const headers = ({ token }: Target, reference: string): Entry =>
  token ? { headers: { Authorization: `Bearer ${reference}` } } : {};

/** `${VAR}` in headers: https://docs.claude.com/en/docs/claude-code/mcp#environment-variable-expansion-in-mcp-json */
const http = (target: Target): Entry => ({
  type: "http",
  url: target.url,
  ...headers(target, `\${${TOKEN_VARIABLE}}`),
});

/** VS Code asks once and keeps the answer in its own store: `inputs` of the reference below. */
const INPUT = {
  type: "promptString",
  id: "mcp-gateway-token",
  description: "Token of the MCP gateway (npm run mcp-token -- add NAME)",
  password: true,
} as const;

const vscode = (target: Target): Entry => ({
  type: "http",
  url: target.url,
  ...headers(target, `\${input:${INPUT.id}}`),
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * `.mcp.json`: `mcpServers` for Claude Code (https://code.claude.com/docs/en/mcp), which passes over other keys, and `servers`
 * for those that read VS Code's format.
 */
export const projectFile = (plan: ClientPlan): string =>
  json({
    mcpServers: entries(plan, http),
    servers: entries(plan, vscode),
    ...(plan.signIn ? { inputs: [INPUT] } : {}),
  });

/**
 * `.vscode/mcp.json` (https://code.visualstudio.com/docs/copilot/reference/mcp-configuration). A file of its own, because
 * VS Code's schema allows no other key beside `servers` and `inputs`.
 */
export const vscodeFile = (plan: ClientPlan): string =>
  json({ servers: entries(plan, vscode), ...(plan.signIn ? { inputs: [INPUT] } : {}) });

/** A client with a file in the user's home. */
export interface ClientFormat {
  /** Key that holds the servers; `toml` writes each as a table below it. */
  readonly key: string;
  readonly syntax: "json" | "jsonc" | "toml";
  readonly entry: (target: Target) => Entry;
}

/** mcp-remote fills in `${VAR}` of its own environment: https://github.com/geelen/mcp-remote#custom-headers */
const bridge = ({ url, token }: Target): Entry => ({
  command: "npx",
  args: [
    ...["-y", "mcp-remote", url, "--allow-http"],
    ...(token ? ["--header", `Authorization:Bearer \${${TOKEN_VARIABLE}}`] : []),
  ],
});

export const CLIENTS = {
  /** Its file knows programs only: https://modelcontextprotocol.io/docs/develop/connect-local-servers; mcp-remote is the bridge. */
  "claude-desktop": { key: "mcpServers", syntax: "json", entry: bridge },
  /** https://cursor.com/docs/context/mcp, "Config interpolation" */
  cursor: {
    key: "mcpServers",
    syntax: "json",
    entry: (target) => ({ url: target.url, ...headers(target, `\${env:${TOKEN_VARIABLE}}`) }),
  },
  /** https://github.com/openai/codex/blob/main/docs/config.md; it takes the name of a variable, never a token. */
  codex: {
    key: "mcp_servers",
    syntax: "toml",
    entry: ({ url, token }) => ({ url, ...(token ? { bearer_token_env_var: TOKEN_VARIABLE } : {}) }),
  },
  /** `httpUrl` chooses streamable HTTP: https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md */
  "gemini-cli": {
    key: "mcpServers",
    syntax: "json",
    entry: (target) => ({ httpUrl: target.url, ...headers(target, `$${TOKEN_VARIABLE}`) }),
  },
  /** https://zed.dev/docs/ai/mcp; its headers know no variables, so a token goes through the bridge. */
  zed: {
    key: "context_servers",
    syntax: "jsonc",
    entry: (target) => (target.token ? bridge(target) : { url: target.url }),
  },
} as const satisfies Readonly<Record<string, ClientFormat>>;

export type ClientName = keyof typeof CLIENTS;

/** What a client's file has to hold, by the server's name. */
export const clientEntries = ({ entry }: ClientFormat, plan: ClientPlan): Entries => entries(plan, entry);

const tomlTable = (key: string, name: string, entry: Entry): string =>
  [`[${key}.${name}]`, ...Object.entries(entry).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)].join(
    "\n",
  );

/** The whole of a file that holds nothing else. TOML's basic strings and JSON's are written alike. */
export function clientFile(format: ClientFormat, plan: ClientPlan): string {
  const all = clientEntries(format, plan);
  if (format.syntax !== "toml") return json({ [format.key]: all });
  return `${Object.entries(all)
    .map(([name, entry]) => tomlTable(format.key, name, entry))
    .join("\n\n")}\n`;
}
