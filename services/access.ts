/**
 * Who may talk to the stack: the words and patterns that the ingress and mcp-router share. A web page must not reach
 * it, neither by a foreign Origin nor by a host name that it lets point here (DNS rebinding).
 */
import type { Config } from "../config";

/** The config that decides about access. */
export type AccessSettings = Pick<Config, "baseDomain" | "allowedHosts" | "allowedOrigins">;

/** Regular expression for a literal text, in the subset that Go's RE2 and PCRE share. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Regular expression for the allowed hosts: lower case, without port, IPv6 with or without brackets. An attacker cannot
 * let any of them point here: localhost and its sub-domains (RFC 6761), IP literals, baseDomain and its sub-domains,
 * and `allowedHosts`. `more` are further literal names.
 */
export function hostPattern(settings: AccessSettings, more: readonly string[] = []): string {
  const bases = [...new Set(["localhost", settings.baseDomain])].map(literal).join("|");
  const names = [...settings.allowedHosts, ...more].map(literal);
  const ipv4 = "[0-9]{1,3}(\\.[0-9]{1,3}){3}";
  const ipv6 = "\\[?[0-9a-f]*:[0-9a-f:.]*\\]?";
  return `^((.+\\.)?(${bases})|${[...names, ipv4, ipv6].join("|")})\\.?$`;
}

/** Body of every error that the stack itself answers; `message` is what a person reads. */
export interface ErrorAnswer {
  readonly status: number;
  /** Stable word for programs. */
  readonly type: string;
  readonly message: string;
  /** Config key that changes the outcome. */
  readonly configKey?: string;
  /** Service that does not answer. */
  readonly service?: string;
}

export const HOST_REFUSED = (host: string): ErrorAnswer => ({
  status: 403,
  type: "host_refused",
  message:
    `The host name ${host} is not one of this stack. If it is yours, add it: ` +
    "pulumi config set allowedHosts NAME,NAME and pulumi up",
  configKey: "allowedHosts",
});

export const ORIGIN_REFUSED = (origin: string): ErrorAnswer => ({
  status: 403,
  type: "origin_refused",
  message:
    `A web page of the origin ${origin} may not call this stack. If it is yours, add it: ` +
    "pulumi config set allowedOrigins ORIGIN,ORIGIN and pulumi up",
  configKey: "allowedOrigins",
});

export const SOURCE_REFUSED = (address: string): ErrorAnswer => ({
  status: 403,
  type: "source_refused",
  message:
    `Clients from the address ${address} may not connect. If it is yours, add its range to the ones you keep: ` +
    "pulumi config set allowedSources RANGE,RANGE and pulumi up",
  configKey: "allowedSources",
});
