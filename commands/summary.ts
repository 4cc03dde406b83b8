/** What `up` ends with: where everything is, and what to do next. */
import Table from "cli-table3";
import colors from "picocolors";
import type { Endpoint } from "../services/endpoints";

/** A table without lines, coloured only on a terminal. */
export function endpointTable(endpoints: readonly Endpoint[]): string {
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
  };
  const more = {
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const table = new Table({
    head: ["Endpoint", "URL", "What it is"].map((title) => colors.bold(title)),
    chars: { ...none, ...more },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const { name, url, description } of endpoints) table.push([name, colors.cyan(url), description]);
  return table.toString();
}

/** The next step for somebody who has just brought the stack up for the first time. */
export function nextStep(endpoints: readonly Endpoint[]): string {
  const url = endpoints[0]?.url ?? "";
  return [
    `Next: add it to an MCP client, as {"mcpServers": {"agent-hub": {"type": "http", "url": "${url}"}}}`,
    `Try it: npm run tools          Pulumi itself: eval "$(npm run -s env)"          Stop: npm run down`,
  ].join("\n");
}
