/** mcp-router: Nginx between the ingress and the MCP servers. Its routes come from routes.ts, its text from nginx-conf.ts. */
import { CONFIG_DIRECTORY, RESOLVER_FILE, TOKEN_DIRECTORY, nginxConf, type RouterSettings } from "./nginx-conf";
import { SCRIPT_FILE } from "./nginx-auth";
import { PAGE } from "./nginx-page";
import { HEALTH_PATH, ROUTER } from "./routes";
import { ACCESS_DIGESTS, secretMounts } from "./secret-files";
import { SIGN_IN_SCRIPT } from "./sign-in-script";
import type { RenderedFile, ServiceSpec } from "./spec";

/**
 * The start script of an Nginx of this stack. Nginx does not read resolv.conf, and engines differ in where their resolver
 * is. One second: a replaced upstream is found long before its health check lets `up` return. Brackets: Nginx wants them
 * around IPv6 addresses.
 */
export const nginxStart = (service: string, directory: string): string => `#!/bin/sh
set -eu
resolver=$(sed -n 's/^nameserver[[:space:]]*//p' /etc/resolv.conf | head -n 1)
[ -n "$resolver" ] || { echo "${service}: /etc/resolv.conf names no resolver; is the container on a network of the stack?" >&2; exit 1; }
case $resolver in *:*) resolver="[$resolver]" ;; esac
echo "resolver $resolver valid=1s ipv6=off;" > ${RESOLVER_FILE}
exec nginx -e stderr -c ${directory}/nginx.conf "$@"
`;

const configFiles = (settings: RouterSettings): RenderedFile[] => [
  { path: "nginx.conf", content: nginxConf(settings) },
  { path: "start.sh", content: nginxStart(ROUTER.service, CONFIG_DIRECTORY), executable: true },
  ...(settings.auth === "none" ? [] : [{ path: SCRIPT_FILE, content: SIGN_IN_SCRIPT }]),
];

/** What to run as mcp-router. The token is read from a secret's directory and is in no file of the spec. */
export function mcpRouterService(settings: RouterSettings): ServiceSpec {
  const signIn = settings.auth !== "none";
  return {
    name: ROUTER.service,
    image: "mcp-router",
    // sh reads the script, so that it also runs from a data directory on a file system mounted noexec.
    entrypoint: ["/bin/sh", `${CONFIG_DIRECTORY}/start.sh`],
    command: [],
    environment: {},
    networks: ["edge", "mcp"],
    // Nginx looks its upstreams up all the time. For one that is down engine 20.10 asks the host's name server from inside a closed
    // network, where nothing answers, and the router could not be removed before four seconds had passed.
    outsideNames: false,
    port: ROUTER.port,
    ports: [],
    mounts: [
      // Filled apart from the router, which stays as it is whatever the page says.
      { kind: "data", path: PAGE.directory, target: PAGE.target, readOnly: true },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
    ],
    files: [{ target: CONFIG_DIRECTORY, files: configFiles(settings) }],
    secrets: [{ secret: "gateway-token", target: TOKEN_DIRECTORY }, ...secretMounts(signIn ? [ACCESS_DIGESTS] : [])],
    health: {
      command: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${ROUTER.port}${HEALTH_PATH}`],
      intervalSeconds: 10,
      timeoutSeconds: 3,
      retries: 3,
      startPeriodSeconds: 5,
    },
    user: "101:101",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: 64,
    startSeconds: 60,
    stopSeconds: 10,
    init: false,
  };
}
