/** Names that config may use. */

export const BUNDLES = ["ai", "dify"] as const;
export type Bundle = (typeof BUNDLES)[number];

/** Services that `overrides` may name; a test holds them against the specs. */
export const SERVICES = [
  ...(["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http"] as const),
  ...(["llama-cpp", "whisper-cpp", "llm-proxy", "open-webui"] as const),
] as const;
