/** open-webui: chat in the browser, with the local models and the stack's MCP servers. Its environment is the authority, not its database. */
import { ROUTER, upstreamUrl } from "../routes";
import type { PublishedPort, RenderedFile, ServiceSpec } from "../spec";
import { CHAT_MODEL, SECRETS, secretPath, SPEECH_MODEL, type AiSettings } from "./settings";

const PORT = 8080;
const CONFIG_DIRECTORY = "/etc/open-webui";
const DATA = "/app/backend/data";
const PROXY = "http://llm-proxy:4000/v1";

/** The stack's MCP servers; the router adds the token that the gateway asks for. */
const TOOL_SERVERS = [
  {
    type: "mcp",
    url: `${upstreamUrl(ROUTER)}/mcp`,
    path: "",
    auth_type: "none",
    key: "",
    config: {
      enable: true,
      function_name_filter_list: "",
      access_grants: [{ principal_type: "user", principal_id: "*", permission: "read" }],
    },
    info: { id: "mcp-gateway", name: "MCP gateway", description: "Tools of this stack" },
  },
];

/** Where browsers find it. */
export const webuiUrl = ({ baseDomain, httpPort }: Pick<AiSettings, "baseDomain" | "httpPort">): string =>
  `http://webui.${baseDomain}:${httpPort}`;

const environment = (settings: AiSettings): Record<string, string> => ({
  DATA_DIR: DATA,
  HOME: "/tmp",
  PORT: String(PORT),
  WEBUI_URL: webuiUrl(settings),
  // What is set here counts at every start, not only at the first.
  ENABLE_PERSISTENT_CONFIG: "false",
  ENABLE_SIGNUP: "false",
  WEBUI_ADMIN_EMAIL: settings.webuiAdminEmail,
  WEBUI_ADMIN_NAME: "Admin",
  ENABLE_OLLAMA_API: "false",
  ENABLE_OPENAI_API: "true",
  OPENAI_API_BASE_URL: PROXY,
  DEFAULT_MODELS: CHAT_MODEL,
  AUDIO_STT_ENGINE: "openai",
  AUDIO_STT_OPENAI_API_BASE_URL: PROXY,
  AUDIO_STT_MODEL: SPEECH_MODEL,
  // With a local engine it would fetch an embedding model at its first start.
  RAG_EMBEDDING_ENGINE: "openai",
  RAG_OPENAI_API_BASE_URL: PROXY,
  TOOL_SERVER_CONNECTIONS: JSON.stringify(TOOL_SERVERS),
  // Nothing is fetched and nothing reported.
  OFFLINE_MODE: "true",
  HF_HUB_OFFLINE: "1",
  ENABLE_VERSION_UPDATE_CHECK: "false",
  ANONYMIZED_TELEMETRY: "false",
  DO_NOT_TRACK: "true",
  SCARF_NO_ANALYTICS: "true",
});

/** Published and built image start differently; secrets are in no description of the container. */
const START = `#!/bin/sh
set -eu
export WEBUI_SECRET_KEY="$(cat ${secretPath(SECRETS.webuiKey)}/value)"
export WEBUI_ADMIN_PASSWORD="$(cat ${secretPath(SECRETS.adminPassword)}/value)"
key="$(cat ${secretPath(SECRETS.masterKey)}/key)"
export OPENAI_API_KEY="$key" AUDIO_STT_OPENAI_API_KEY="$key" RAG_OPENAI_API_KEY="$key"
if [ -e /app/backend/start.sh ]; then
  cd /app/backend
  exec bash start.sh
fi
cd /tmp
exec open-webui serve --host 0.0.0.0 --port ${PORT}
`;

const published = ({ openWebuiPort, bindAddress }: AiSettings): PublishedPort[] =>
  openWebuiPort === undefined ? [] : [{ container: PORT, host: openWebuiPort, address: bindAddress }];

/** What to run as open-webui. `dataUser` ("uid:gid") owns its data directory. */
export function openWebuiService(settings: AiSettings): ServiceSpec {
  const secrets = [SECRETS.masterKey, SECRETS.webuiKey, SECRETS.adminPassword];
  const start: RenderedFile = { path: "start.sh", content: START, executable: true };
  return {
    name: "open-webui",
    image: "open-webui",
    entrypoint: ["/bin/sh", `${CONFIG_DIRECTORY}/start.sh`],
    command: [],
    environment: environment(settings),
    networks: ["edge", "ai"],
    port: PORT,
    ports: published(settings),
    mounts: [
      { kind: "data", path: "openwebui", target: DATA },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 256, mode: 0o1777 },
    ],
    files: [{ target: CONFIG_DIRECTORY, files: [start] }],
    secrets: secrets.map((secret) => ({ secret, target: secretPath(secret) })),
    health: {
      command: ["python3", "-c", `import urllib.request as r; r.urlopen("http://127.0.0.1:${PORT}/health", timeout=4)`],
      intervalSeconds: 5,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 120,
    },
    // The data directory belongs to whoever runs Pulumi, and the published image writes beside its own files.
    user: "0:0",
    readOnlyRoot: false,
    capabilities: ["CAP_DAC_OVERRIDE"],
    memoryMiB: 2048,
    startSeconds: 300,
    stopSeconds: 10,
    init: true,
  };
}
