/** What `up` ends with: where everything is, and what to do next. */
import colors from "picocolors";
import type { Config } from "../config";
import { showsToken, TOKEN_VARIABLE } from "../services/client-files";
import type { Endpoint } from "../services/endpoints";
import { plainTable } from "./table";

/** What people can reach, and what it is. */
export function endpointTable(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map(({ name, url, description }) => [name, colors.cyan(url), description]);
  return plainTable(["Endpoint", "URL", "What it is"], rows);
}

const SIGN_IN = {
  none: [],
  token: [
    "Clients have to show a token: npm run -s mcp-token -- add NAME makes one, and sync-ai tells a client's file to use it",
  ],
  oidc: [
    "MCP clients and browsers sign in at the provider; npm run -s mcp-token -- add NAME makes a token where there is no browser",
  ],
  basic: ["Clients have to show a token (npm run -s mcp-token -- add NAME) or a name and password (auth in CONFIG.md)"],
} as const;

/** The next step for somebody who has just brought the stack up for the first time. */
export function nextStep(endpoints: readonly Endpoint[], auth: Config["auth"] = "none"): string {
  const url = endpoints[0]?.url ?? "http://localhost";
  const headers = !showsToken(auth) ? {} : { headers: { Authorization: `Bearer \${${TOKEN_VARIABLE}}` } };
  const servers = { mcpServers: { "agent-hub": { type: "http", url, ...headers } } };
  return [
    ...SIGN_IN[auth],
    `Next: add it to an MCP client, as ${JSON.stringify(servers).replace(/([:,])(?=["{])/g, "$1 ")}`,
    ...(auth === "token"
      ? []
      : [
          `Or open ${new URL("/", url).href} in a browser: how the services are, and the configuration of each client to copy`,
        ]),
    `Try it: npm run tools          Pulumi itself: eval "$(npm run -s env)"          Stop: npm run down`,
  ].join("\n");
}
