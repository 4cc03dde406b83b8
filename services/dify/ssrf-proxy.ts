/**
 * Squid, twice: dify-ssrf-proxy is the sandbox's only way to the outside, dify-api-proxy that of requests which workflows and
 * tools make in Dify's API. Two, so that code in the sandbox has no network in common with the one that lets MCP through.
 */
import { SERVICES_TOKEN, SQUID_TOKEN_FILE, secretMounts, secretPath } from "../secret-files";
import type { NetworkName, ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import type { DifySettings } from "./settings";
import { MCP_OPENING, PROXY_PORT, squidConf } from "./squid-conf";

const SSRF_PROXY = "dify-ssrf-proxy";
const API_PROXY = "dify-api-proxy";
export const SSRF_PROXY_URL = `http://${SSRF_PROXY}:${PROXY_PORT}`;
export const API_PROXY_URL = `http://${API_PROXY}:${PROXY_PORT}`;

const DIRECTORY = "/etc/dify-ssrf-proxy";

function squidService(
  name: typeof SSRF_PROXY | typeof API_PROXY,
  networks: readonly NetworkName[],
  conf: string,
  secrets: readonly string[] = [],
): ServiceSpec {
  return {
    name,
    image: SSRF_PROXY,
    // In the foreground, one process.
    entrypoint: ["/usr/sbin/squid", "-N", "-f", `${DIRECTORY}/squid.conf`],
    command: [],
    environment: {},
    networks,
    port: PROXY_PORT,
    ports: [],
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 }],
    files: [{ target: DIRECTORY, files: [{ path: "squid.conf", content: conf }] }],
    secrets: secretMounts(secrets),
    health: {
      // The image has no client; bash opens a connection itself.
      command: ["/bin/bash", "-c", `</dev/tcp/127.0.0.1/${PROXY_PORT}`],
      intervalSeconds: 5,
      timeoutSeconds: 3,
      retries: 5,
      startPeriodSeconds: 20,
    },
    // "proxy" in Debian and Ubuntu.
    user: "13:13",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: MEMORY[name],
    startSeconds: 60,
    stopSeconds: 10,
    init: true,
  };
}

/** What to run as dify-ssrf-proxy. On `dify` for its health, which Nginx there asks. */
export const ssrfProxyService = (): ServiceSpec =>
  squidService(SSRF_PROXY, ["dify-ssrf", "dify", "dify-outside"], squidConf(SSRF_PROXY));

/**
 * What to run as dify-api-proxy. On `edge` for mcp-router, which adds the token that the gateway asks for; where clients have
 * to sign in at the router, the proxy does it for Dify.
 */
export function apiProxyService({ auth }: Pick<DifySettings, "auth">): ServiceSpec {
  const tokens = auth === "none" ? [] : [SERVICES_TOKEN];
  const rules = tokens.map((secret) => `include ${secretPath(secret)}/${SQUID_TOKEN_FILE}\n`);
  return squidService(
    API_PROXY,
    ["dify", "edge", "dify-outside"],
    squidConf(API_PROXY, [MCP_OPENING, ...rules].join("")),
    tokens,
  );
}
