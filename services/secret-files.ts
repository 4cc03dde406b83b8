/** Where a container finds the files of its secrets. */
import type { SecretMount } from "./spec";

/** Secret with the stack's own token, where clients have to sign in. */
export const OWN_TOKEN = "mcp-token";
/** Secret with the token by which the stack's own services sign in at mcp-router: they ask it without the ingress. */
export const SERVICES_TOKEN = "mcp-services-token";
/** Its file for Squid, which adds the token to requests that have none; the names are of MCP_OPENING. */
export const SQUID_TOKEN_FILE = "squid.conf";
/** Secret with the digests that mcp-router knows clients by. */
export const ACCESS_DIGESTS = "mcp-access";
/** Its files: SHA-256 of tokens, and users in the format of htpasswd. */
export const DIGEST_FILES = { tokens: "tokens", users: "users" } as const;

/** Directory in the container of a secret's files. */
export const secretPath = (name: string): string => `/run/secrets/${name}`;
/** File in the container of a secret's bare value. */
export const secretFile = (name: string): string => `${secretPath(name)}/value`;
export const secretMounts = (names: readonly string[]): SecretMount[] =>
  names.map((secret) => ({ secret, target: secretPath(secret) }));
