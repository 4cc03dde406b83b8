/** MCP servers as chat platforms are told about them: one connection brings the tools of all catalog servers, one those of mcp-nixos. */
import { PATH_ROUTES, ROUTER, upstreamUrl } from "../routes";

export interface ToolConnection {
  /** How prompts and platforms call it. */
  readonly id: string;
  readonly name: string;
  /** Inside the stack's networks. */
  readonly url: string;
  readonly description: string;
}

/** Of which each catalog server is a part. */
export const GATEWAY_CONNECTION = "mcp-gateway";

const NAMES: Readonly<Record<string, { readonly id: string; readonly name: string }>> = {
  "mcp-gateway": { id: GATEWAY_CONNECTION, name: "MCP gateway" },
  "mcp-nixos-http": { id: "mcp-nixos", name: "NixOS" },
};

/** All of them, by way of the router, which adds the token that the gateway asks for. */
export const TOOL_CONNECTIONS: readonly ToolConnection[] = PATH_ROUTES.map(({ service, path, description }) => {
  const { id, name } = NAMES[service] ?? { id: service, name: service };
  return { id, name, url: upstreamUrl(ROUTER) + path, description };
});

/** The connection that brings the tools of a server which a prompt names. */
export const connectionOf = (server: string): string =>
  TOOL_CONNECTIONS.some(({ id }) => id === server) ? server : GATEWAY_CONNECTION;
