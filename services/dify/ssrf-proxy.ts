/** dify-ssrf-proxy: Squid, the only way from Dify's workflows and its sandbox to the outside. */
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { PROXY_PORT, squidConf } from "./squid-conf";

export const SSRF_PROXY = "dify-ssrf-proxy";
export const PROXY_URL = `http://${SSRF_PROXY}:${PROXY_PORT}`;

const DIRECTORY = "/etc/dify-ssrf-proxy";

/** What to run as dify-ssrf-proxy. On `dify` for its way out; what is there is in the closed networks. */
export function ssrfProxyService(): ServiceSpec {
  return {
    name: SSRF_PROXY,
    image: SSRF_PROXY,
    // In the foreground, one process.
    entrypoint: ["/usr/sbin/squid", "-N", "-f", `${DIRECTORY}/squid.conf`],
    command: [],
    environment: {},
    networks: ["dify-ssrf", "dify"],
    port: PROXY_PORT,
    ports: [],
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 }],
    files: [{ target: DIRECTORY, files: [{ path: "squid.conf", content: squidConf() }] }],
    secrets: [],
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
    memoryMiB: MEMORY[SSRF_PROXY],
    startSeconds: 60,
    stopSeconds: 10,
    init: true,
  };
}
