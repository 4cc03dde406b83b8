/** open-webui: chat in the browser, with the local models and the stack's MCP servers. Its environment is the authority, not its database. */
import { TOOL_CONNECTIONS } from "../prompts/connections";
import { secretFile, secretMounts, secretPath, SERVICES_TOKEN } from "../secret-files";
import { isEncrypted, originOf, type PublicAddress } from "../tls";
import type { PublishedPort, RenderedFile, ServiceSpec } from "../spec";
import { CHAT_MODEL, SECRETS, SPEECH_MODEL, type AiSettings } from "./settings";

const PORT = 8080;
const CONFIG_DIRECTORY = "/etc/open-webui";
const DATA = "/app/backend/data";
const PROXY = "http://llm-proxy:4000/v1";

/** Stands for the token of the stack's services until the start script puts it there. */
const TOKEN = "@services-token@";

/** The stack's MCP servers. It asks the router without the ingress, and signs in where clients have to. */
const toolServers = ({ auth }: AiSettings): object[] =>
  TOOL_CONNECTIONS.map(({ id, name, url, description }) => ({
    type: "mcp",
    url,
    path: "",
    // backend/open_webui/utils/middleware.py sends the key of "bearer" as Authorization.
    ...(auth === "none" ? { auth_type: "none", key: "" } : { auth_type: "bearer", key: TOKEN }),
    config: {
      enable: true,
      function_name_filter_list: "",
      access_grants: [{ principal_type: "user", principal_id: "*", permission: "read" }],
    },
    info: { id, name, description },
  }));

/** Where browsers find it. */
export const webuiUrl = (settings: PublicAddress & Pick<AiSettings, "baseDomain">): string =>
  originOf(settings, `webui.${settings.baseDomain}`);

/** Pages that may open a WebSocket; by a port of its own it is also reached as localhost. Others: config allowedOrigins. */
const origins = (settings: AiSettings): string[] => {
  const { openWebuiPort: port, allowedOrigins } = settings;
  const own = port === undefined ? [] : [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  return [webuiUrl(settings), ...own, ...allowedOrigins];
};

/** The proxy's models that chat. Named here, so that the speech model is not offered for it. */
const chatModels = ({ llmProviders }: AiSettings): string[] => [CHAT_MODEL, ...llmProviders.map(({ name }) => name)];

const environment = (settings: AiSettings): Record<string, string> => ({
  DATA_DIR: DATA,
  HOME: "/tmp",
  // Files that it writes at every start; beside the program they would ask for a writable root.
  STATIC_DIR: "/tmp/static",
  WEBUI_URL: webuiUrl(settings),
  CORS_ALLOW_ORIGIN: origins(settings).join(";"),
  // What is set here counts at every start, not only at the first.
  ENABLE_PERSISTENT_CONFIG: "false",
  ENABLE_SIGNUP: "false",
  WEBUI_ADMIN_EMAIL: settings.webuiAdminEmail,
  WEBUI_ADMIN_NAME: "Admin",
  // By a port of its own it is reached without encryption, and browsers would not send such a cookie.
  ...(isEncrypted(settings) && settings.openWebuiPort === undefined
    ? { WEBUI_SESSION_COOKIE_SECURE: "true", WEBUI_AUTH_COOKIE_SECURE: "true" }
    : {}),
  ENABLE_OLLAMA_API: "false",
  ENABLE_OPENAI_API: "true",
  OPENAI_API_BASE_URLS: PROXY,
  OPENAI_API_CONFIGS: JSON.stringify({ "0": { enable: true, model_ids: chatModels(settings) } }),
  // Without it, users who are no administrators see no model until it is shared with them.
  BYPASS_MODEL_ACCESS_CONTROL: "true",
  DEFAULT_MODELS: CHAT_MODEL,
  AUDIO_STT_ENGINE: "openai",
  AUDIO_STT_OPENAI_API_BASE_URL: PROXY,
  AUDIO_STT_MODEL: SPEECH_MODEL,
  // whisper-server converts recordings itself.
  BYPASS_PYDUB_PREPROCESSING: "true",
  // Documents go into the prompt whole: with a local engine it would fetch an embedding model at its first start.
  RAG_EMBEDDING_ENGINE: "openai",
  BYPASS_EMBEDDING_AND_RETRIEVAL: "true",
  TOOL_SERVER_CONNECTIONS: JSON.stringify(toolServers(settings)),
  // Nothing is fetched and nothing reported.
  OFFLINE_MODE: "true",
  HF_HUB_OFFLINE: "1",
  ANONYMIZED_TELEMETRY: "false",
  DO_NOT_TRACK: "true",
  SCARF_NO_ANALYTICS: "true",
});

/** By the shell alone: a program would have the token among its arguments, which the engine shows. */
const SIGN_IN = `token="$(cat ${secretFile(SERVICES_TOKEN)})" filled="" rest="$TOOL_SERVER_CONNECTIONS"
while [ "\${rest#*${TOKEN}}" != "$rest" ]; do
  filled="$filled\${rest%%${TOKEN}*}$token"
  rest="\${rest#*${TOKEN}}"
done
export TOOL_SERVER_CONNECTIONS="$filled$rest"
`;

/** It takes secrets from its environment only; set here, they are in no description of the container. */
const start = (signIn: boolean): string => `#!/bin/sh
set -eu
export WEBUI_SECRET_KEY="$(cat ${secretPath(SECRETS.webuiKey)}/value)"
export WEBUI_ADMIN_PASSWORD="$(cat ${secretPath(SECRETS.adminPassword)}/value)"
export OPENAI_API_KEYS="$(cat ${secretPath(SECRETS.masterKey)}/key)"
export AUDIO_STT_OPENAI_API_KEY="$OPENAI_API_KEYS"
${signIn ? SIGN_IN : ""}# The published image finds its program from here.
cd /app/backend
exec uvicorn open_webui.main:app --host 0.0.0.0 --port ${PORT} --forwarded-allow-ips "*"
`;

const published = ({ openWebuiPort, bindAddress }: AiSettings): PublishedPort[] =>
  openWebuiPort === undefined ? [] : [{ container: PORT, host: openWebuiPort, address: bindAddress }];

/** What to run as open-webui. */
export function openWebuiService(settings: AiSettings): ServiceSpec {
  const signIn = settings.auth !== "none";
  const own = [SECRETS.masterKey, SECRETS.webuiKey, SECRETS.adminPassword];
  const script: RenderedFile = { path: "start.sh", content: start(signIn), executable: true };
  return {
    name: "open-webui",
    image: "open-webui",
    entrypoint: ["/bin/sh", `${CONFIG_DIRECTORY}/start.sh`],
    command: [],
    environment: environment(settings),
    // It fetches pages that people name, and searches, where they turn that on.
    networks: ["edge", "ai", "ai-outside"],
    port: PORT,
    ports: published(settings),
    mounts: [
      { kind: "data", path: "openwebui", target: DATA },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 512, mode: 0o1777 },
    ],
    files: [{ target: CONFIG_DIRECTORY, files: [script] }],
    secrets: secretMounts(signIn ? [...own, SERVICES_TOKEN] : own),
    health: {
      command: ["python3", "-c", `import urllib.request as r; r.urlopen("http://127.0.0.1:${PORT}/health", timeout=4)`],
      intervalSeconds: 5,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 120,
    },
    // It ends when it cannot write its database: it has to be the owner of its data.
    user: settings.dataUser,
    readOnlyRoot: true,
    capabilities: [],
    // Measured: 370 to 460 MiB, and room for uploads.
    memoryMiB: 2048,
    startSeconds: 300,
    stopSeconds: 10,
    init: true,
  };
}
