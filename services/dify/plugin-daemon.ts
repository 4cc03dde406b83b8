/** dify-plugin-daemon: installs plugins and runs them as processes of its own. */
import { secretMounts } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { DATABASES, POSTGRES, POSTGRES_PORT, ROLE } from "./postgres";
import { REDIS, REDIS_PORT } from "./redis";
import { SECRETS, valueOf, WITH_SECRETS, withSecrets, type DifySettings } from "./settings";

export const PLUGIN_DAEMON = "dify-plugin-daemon";
export const PLUGIN_DAEMON_PORT = 5002;
export const PLUGIN_DAEMON_URL = `http://${PLUGIN_DAEMON}:${PLUGIN_DAEMON_PORT}`;

const STORAGE = "/app/storage";

const ENVIRONMENT = {
  DB_TYPE: "postgresql",
  DB_USERNAME: ROLE,
  DB_HOST: POSTGRES,
  DB_PORT: String(POSTGRES_PORT),
  DB_DATABASE: DATABASES.plugin,
  // The database that it connects to in order to make its own; that one is there already.
  DB_DEFAULT_DATABASE: DATABASES.plugin,
  DB_SSL_MODE: "disable",
  REDIS_HOST: REDIS,
  REDIS_PORT: String(REDIS_PORT),
  REDIS_DB: "0",
  SERVER_PORT: String(PLUGIN_DAEMON_PORT),
  DIFY_INNER_API_URL: "http://dify-api:5001",
  MAX_PLUGIN_PACKAGE_SIZE: "52428800",
  PPROF_ENABLED: "false",
  PLUGIN_REMOTE_INSTALLING_HOST: "0.0.0.0",
  PLUGIN_REMOTE_INSTALLING_PORT: "5003",
  PLUGIN_WORKING_PATH: `${STORAGE}/cwd`,
  FORCE_VERIFYING_SIGNATURE: "true",
  ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES: "true",
  PYTHON_ENV_INIT_TIMEOUT: "120",
  PLUGIN_MAX_EXECUTION_TIMEOUT: "600",
  PLUGIN_STDIO_BUFFER_SIZE: "1024",
  PLUGIN_STDIO_MAX_BUFFER_SIZE: "5242880",
  PIP_MIRROR_URL: "",
  PLUGIN_STORAGE_TYPE: "local",
  PLUGIN_STORAGE_LOCAL_ROOT: STORAGE,
  PLUGIN_INSTALLED_PATH: "plugin",
  PLUGIN_PACKAGE_CACHE_PATH: "plugin_packages",
  PLUGIN_MEDIA_CACHE_PATH: "assets",
  SENTRY_ENABLED: "false",
};

const VARIABLES = {
  DB_PASSWORD: valueOf(SECRETS.database),
  REDIS_PASSWORD: valueOf(SECRETS.redis),
  SERVER_KEY: valueOf(SECRETS.daemon),
  DIFY_INNER_API_KEY: valueOf(SECRETS.innerApi),
};

/** What to run as dify-plugin-daemon; it brings its own schema up to date first. */
export function pluginDaemonService({ withAi }: DifySettings): ServiceSpec {
  return {
    name: PLUGIN_DAEMON,
    image: PLUGIN_DAEMON,
    entrypoint: WITH_SECRETS,
    command: ["/bin/bash", "-c", "/app/commandline migrate && exec /app/main"],
    environment: ENVIRONMENT,
    // Models are plugins: llm-proxy is asked from here. The sandbox's network is not its business, nor the proxy's.
    networks: ["dify", ...(withAi ? (["ai"] as const) : []), "dify-outside"],
    port: PLUGIN_DAEMON_PORT,
    ports: [],
    mounts: [{ kind: "data", path: "dify/plugins", target: STORAGE }],
    files: [withSecrets(VARIABLES)],
    secrets: secretMounts([SECRETS.database, SECRETS.redis, SECRETS.daemon, SECRETS.innerApi]),
    health: {
      command: ["curl", "-f", "-s", "-o", "/dev/null", `http://127.0.0.1:${PLUGIN_DAEMON_PORT}/health/check`],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 120,
    },
    user: "0:0",
    // Plugins bring programs and caches with them.
    readOnlyRoot: false,
    capabilities: [],
    memoryMiB: MEMORY[PLUGIN_DAEMON],
    // Each plugin is a process of its own.
    processes: 4096,
    startSeconds: 300,
    stopSeconds: 30,
    init: true,
  };
}
