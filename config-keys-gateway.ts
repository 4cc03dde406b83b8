/** Config keys of how catalog servers run; part of the table in config-keys.ts. */
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "What runs" as const;

export const GATEWAY_KEYS = {
  gatewayMode: {
    group: GROUP,
    description:
      "Who runs catalog servers: static (the stack, each as a service of its own), or socket (the gateway, by the engine's socket)",
    parse: values.oneOf("static", "socket"),
    fallback: "static",
    example: "gatewayMode socket",
    notes: `With \`static\`, each enabled server is a container \`mcp-NAME\` with its own limits, secrets and data, and the gateway cannot start
anything. With \`socket\`, the gateway starts a container for each session of a server and holds the engine's socket: whoever takes it
over is root on the host. \`gatewayDynamicTools\`, \`extraHosts\` and images that catalogs/images.yaml does not know need \`socket\`.`,
  },
  gatewayDynamicTools: {
    group: GROUP,
    description: "Let MCP clients add and run servers through the gateway",
    parse: values.flag,
    fallback: "false",
    example: "gatewayDynamicTools true",
    notes: "Whoever reaches the ingress can then start containers of the catalog. Needs `gatewayMode socket`.",
  },
} satisfies Record<string, Key>;
