/** mcp-nixos over HTTP: search of NixOS packages and options. Its answers come from search.nixos.org and others. */
import type { ServiceSpec } from "./spec";

const PORT = 8000;

/** What to run as mcp-nixos-http. It has no settings; `overrides` reach it like any service. */
export function mcpNixosService(): ServiceSpec {
  return {
    name: "mcp-nixos-http",
    image: "mcp-nixos",
    command: [],
    // HTTP mode is chosen by environment only (since v2.3.0). Sessions stay on: its own default.
    environment: {
      MCP_NIXOS_TRANSPORT: "http",
      MCP_NIXOS_HOST: "0.0.0.0",
      MCP_NIXOS_PORT: String(PORT),
      MCP_NIXOS_PATH: "/mcp",
      HOME: "/tmp",
    },
    networks: ["mcp", "mcp-outside"],
    port: PORT,
    ports: [],
    // The published image has no /tmp and no home.
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 64, mode: 0o1777 }],
    files: [],
    secrets: [],
    health: {
      externalOnly:
        "the published image holds no shell and no HTTP client, and mcp-nixos has no plain health route; an MCP initialise through the ingress takes its place",
    },
    user: "65532:65532",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: 512,
    startSeconds: 60,
    stopSeconds: 10,
    // It starts no processes, but as the first process of the container it would ignore SIGTERM without a handler.
    init: true,
  };
}
