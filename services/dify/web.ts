/** dify-web: Dify's pages. It holds no data and knows no secret. */
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";

export const WEB = "dify-web";
export const WEB_PORT = 3000;

const ENVIRONMENT = {
  // Empty: the API is where the page came from, by whatever name that was.
  CONSOLE_API_URL: "",
  APP_API_URL: "",
  // For the pages that are made on the server.
  SERVER_CONSOLE_API_URL: "http://dify-api:5001",
  NEXT_PUBLIC_COOKIE_DOMAIN: "",
  NEXT_TELEMETRY_DISABLED: "1",
  // Its services are not part of this bundle.
  NEXT_PUBLIC_ENABLE_AGENT_V2: "false",
  TEXT_GENERATION_TIMEOUT_MS: "60000",
  CSP_WHITELIST: "",
  ALLOW_EMBED: "false",
  ALLOW_UNSAFE_DATA_SCHEME: "false",
  MARKETPLACE_API_URL: "https://marketplace.dify.ai",
  MARKETPLACE_URL: "https://marketplace.dify.ai",
  TOP_K_MAX_VALUE: "10",
  INDEXING_MAX_SEGMENTATION_TOKENS_LENGTH: "4000",
  LOOP_NODE_MAX_COUNT: "100",
  MAX_TOOLS_NUM: "10",
  MAX_PARALLEL_LIMIT: "10",
  MAX_ITERATIONS_NUM: "99",
  MAX_TREE_DEPTH: "50",
  ENABLE_WEBSITE_JINAREADER: "true",
  ENABLE_WEBSITE_FIRECRAWL: "true",
  ENABLE_WEBSITE_WATERCRAWL: "true",
};

/** What to run as dify-web. */
export function webService(): ServiceSpec {
  return {
    name: WEB,
    image: WEB,
    command: [],
    environment: ENVIRONMENT,
    networks: ["dify"],
    port: WEB_PORT,
    ports: [],
    mounts: [],
    files: [],
    secrets: [],
    health: {
      // It listens on the container's own address, not on 127.0.0.1.
      command: ["/bin/sh", "-c", `wget -q -O /dev/null "http://$HOSTNAME:${WEB_PORT}/"`],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 60,
    },
    readOnlyRoot: false,
    capabilities: [],
    memoryMiB: MEMORY[WEB],
    startSeconds: 180,
    stopSeconds: 10,
    init: true,
  };
}
