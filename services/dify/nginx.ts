/** dify: Nginx before Dify's services, since one of its routes needs a header that only a proxy of its own can make. */
import { nginxStart } from "../mcp-router";
import type { PublishedPort, ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { DIFY_HEALTH_PATH, DIFY_PORT, difyNginxConf, PROXY_HEADERS } from "./nginx-conf";
import type { DifySettings } from "./settings";

const DIRECTORY = "/etc/dify-nginx";

const published = ({ difyPort, bindAddress }: DifySettings): PublishedPort[] =>
  difyPort === undefined ? [] : [{ container: DIFY_PORT, host: difyPort, address: bindAddress }];

/** What to run as dify. */
export function difyNginxService(settings: DifySettings): ServiceSpec {
  const ports = published(settings);
  return {
    name: "dify",
    image: "mcp-router",
    entrypoint: ["/bin/sh", `${DIRECTORY}/start.sh`],
    command: [],
    environment: {},
    networks: ["edge", "dify", ...(ports.length > 0 ? (["dify-outside"] as const) : [])],
    // As with mcp-router.
    outsideNames: false,
    port: DIFY_PORT,
    ports,
    // Uploads go through it, but are not kept: 16 MiB for pieces of them.
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 }],
    files: [
      {
        target: DIRECTORY,
        files: [
          { path: "nginx.conf", content: difyNginxConf() },
          { path: "proxy-headers.conf", content: PROXY_HEADERS },
          { path: "start.sh", content: nginxStart("dify", DIRECTORY), executable: true },
        ],
      },
    ],
    secrets: [],
    health: {
      command: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${DIFY_PORT}${DIFY_HEALTH_PATH}`],
      intervalSeconds: 2,
      timeoutSeconds: 3,
      retries: 3,
      startPeriodSeconds: 5,
    },
    user: "101:101",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: MEMORY.dify,
    startSeconds: 60,
    stopSeconds: 10,
    init: false,
  };
}
