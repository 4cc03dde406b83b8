/** Names that config may use. */

export const BUNDLES = ["ai", "dify"] as const;
export type Bundle = (typeof BUNDLES)[number];

/** Services that `overrides` may name; a test holds them against the specs. */
export const SERVICES = [
  ...(["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http", "oidc-auth"] as const),
  ...(["llama-cpp", "whisper-cpp", "llm-proxy", "open-webui"] as const),
  ...(["dify-postgres", "dify-redis", "minio", "dify-ssrf-proxy", "dify-sandbox"] as const),
  ...(["dify-api-proxy", "dify-api"] as const),
  ...(["dify-worker", "dify-worker-beat", "dify-plugin-daemon", "dify-web", "dify"] as const),
] as const;

/** The catalog servers that need neither a secret nor an account. */
export const DEFAULT_SERVERS = "time,fetch,memory,sequentialthinking,filesystem,git";
