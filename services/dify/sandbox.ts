/** dify-sandbox: runs the code of workflows, on a network where nothing but the proxy leads outside. */
import { secretMounts } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { SECRETS, valueOf, WITH_SECRETS, withSecrets } from "./settings";
import { SSRF_PROXY_URL } from "./ssrf-proxy";

export const SANDBOX = "dify-sandbox";
export const SANDBOX_PORT = 8194;

/** It makes a root of its own for the code, with its libraries, and changes to a user of its own there. */
const CAPABILITIES = [
  ...["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD"],
  ...["CAP_SETGID", "CAP_SETUID", "CAP_SYS_CHROOT"],
];

/** What to run as dify-sandbox. */
export function sandboxService(): ServiceSpec {
  return {
    name: SANDBOX,
    image: SANDBOX,
    entrypoint: WITH_SECRETS,
    command: ["/entrypoint.sh"],
    environment: {
      GIN_MODE: "release",
      WORKER_TIMEOUT: "15",
      ENABLE_NETWORK: "true",
      HTTP_PROXY: SSRF_PROXY_URL,
      HTTPS_PROXY: SSRF_PROXY_URL,
      SANDBOX_PORT: String(SANDBOX_PORT),
      PIP_MIRROR_URL: "",
    },
    networks: ["dify-ssrf"],
    // Names outside are the proxy's to look up: the engine's resolver would carry them out of an internal network.
    outsideNames: false,
    port: SANDBOX_PORT,
    ports: [],
    mounts: [],
    files: [withSecrets({ API_KEY: valueOf(SECRETS.sandbox) })],
    secrets: secretMounts([SECRETS.sandbox]),
    health: {
      command: ["curl", "-f", "-s", "-o", "/dev/null", `http://127.0.0.1:${SANDBOX_PORT}/health`],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 60,
    },
    user: "0:0",
    // The root for the code is made at start.
    readOnlyRoot: false,
    capabilities: CAPABILITIES,
    memoryMiB: MEMORY[SANDBOX],
    startSeconds: 180,
    stopSeconds: 10,
    init: true,
  };
}
