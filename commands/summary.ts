/** What `up` ends with: where everything is, and what to do next. */
import colors from "picocolors";
import type { Endpoint } from "../services/endpoints";
import { plainTable } from "./table";

/** What people can reach, and what it is. */
export function endpointTable(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map(({ name, url, description }) => [name, colors.cyan(url), description]);
  return plainTable(["Endpoint", "URL", "What it is"], rows);
}

/** The next step for somebody who has just brought the stack up for the first time. */
export function nextStep(endpoints: readonly Endpoint[]): string {
  const url = endpoints[0]?.url ?? "http://localhost";
  return [
    `Next: add it to an MCP client, as {"mcpServers": {"agent-hub": {"type": "http", "url": "${url}"}}}`,
    `Or open ${new URL("/", url).href} in a browser: how the services are, and the configuration of each client to copy`,
    `Try it: npm run tools          Pulumi itself: eval "$(npm run -s env)"          Stop: npm run down`,
  ].join("\n");
}
