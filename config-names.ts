/** Names that config may use, and words that several of its keys share. */

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

/** What notes of keys say of a port that a service of its own host name may have. */
export const FOR_OTHER_MACHINES =
  "Other machines need it, or a `baseDomain` that they know: nobody but browsers resolves `*.localhost`, and only to themselves.";

/** What notes of keys say of such a port: what does not count there, and what does. */
export const pastIngress = (asks: string): string =>
  "Published on `bindAddress`, past the ingress: `allowedSources`, `auth` and `tls` do not count there. " +
  `What is asked for is ${asks}, over plain HTTP.`;
