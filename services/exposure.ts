/** Who can reach the stack, in words for preview: pure. */
import type { Config } from "../config";
import type { GatewayCatalog } from "./catalog/gateway-catalog";

const isLoopback = (address: string): boolean => address.startsWith("127.");

/** What a visitor could do, by enabled server; servers that are not listed only compute or read public data. */
const ABILITIES: Readonly<Record<string, string>> = {
  filesystem: "read and change the files of the shared workspace",
  git: "read and change the Git repositories of the shared workspace",
  memory: "read and change the memory server's knowledge",
  fetch: "fetch web pages from this machine's network",
  playwright: "steer a web browser in this machine's network",
  "github-official": "act on GitHub with your token",
};

function abilities(config: Config, catalog: GatewayCatalog): string[] {
  const enabled = catalog.servers.filter((server) => server.enabled).map(({ name }) => name);
  return [
    "call every tool of the enabled MCP servers",
    ...enabled.flatMap((name) => ABILITIES[name] ?? []),
    ...(config.gatewayDynamicTools ? ["add and start further servers of the catalog (gatewayDynamicTools)"] : []),
  ];
}

/** The warning for an ingress that other machines can reach; undefined when it listens on loopback only. */
export function exposureWarning(config: Config, catalog: GatewayCatalog): string | undefined {
  if (isLoopback(config.bindAddress)) return undefined;
  return [
    `The ingress listens on ${config.bindAddress}:${config.httpPort}, so other machines can reach it without signing in.`,
    `Whoever connects from ${config.allowedSources.join(", ")} can:`,
    ...abilities(config, catalog).map((ability) => `  - ${ability}`),
    "To keep it to this machine: pulumi config set bindAddress 127.0.0.1",
  ].join("\n");
}
