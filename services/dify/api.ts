/** Dify's back end: one image as API, worker, scheduler and, once, as migration. */
import { secretMounts } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY, ONE_SHOT_MEMORY } from "./memory";
import { BUCKET, BUCKET_USER, MINIO_PORT } from "./minio";
import { PLUGIN_DAEMON_URL } from "./plugin-daemon";
import { DATABASES, POSTGRES, POSTGRES_PORT, ROLE } from "./postgres";
import { REDIS, REDIS_PORT } from "./redis";
import { SANDBOX, SANDBOX_PORT } from "./sandbox";
import { difyUrl, SECRETS, valueOf, WITH_SECRETS, withSecrets, type DifySettings } from "./settings";
import { API_PROXY_URL } from "./ssrf-proxy";

export const API = "dify-api";
export const API_PORT = 5001;

/** Pages that may use the API: its own, by the ingress or by a port of its own. */
export const origins = (settings: DifySettings): string[] => {
  const { difyPort: port } = settings;
  return [difyUrl(settings), ...(port === undefined ? [] : [`http://localhost:${port}`, `http://127.0.0.1:${port}`])];
};

/** Where it is found: by browsers, and by itself. An empty one means: where the page came from. */
const addresses = (settings: DifySettings): Record<string, string> => ({
  CONSOLE_WEB_URL: difyUrl(settings),
  APP_WEB_URL: difyUrl(settings),
  CONSOLE_API_URL: "",
  SERVICE_API_URL: "",
  APP_API_URL: "",
  FILES_URL: difyUrl(settings),
  INTERNAL_FILES_URL: `http://${API}:${API_PORT}`,
  TRIGGER_URL: difyUrl(settings),
  ENDPOINT_URL_TEMPLATE: `${difyUrl(settings)}/e/{hook_id}`,
  WEB_API_CORS_ALLOW_ORIGINS: origins(settings).join(","),
  CONSOLE_CORS_ALLOW_ORIGINS: origins(settings).join(","),
});

const STORES = {
  DB_TYPE: "postgresql",
  DB_USERNAME: ROLE,
  DB_HOST: POSTGRES,
  DB_PORT: String(POSTGRES_PORT),
  DB_DATABASE: DATABASES.dify,
  REDIS_HOST: REDIS,
  REDIS_PORT: String(REDIS_PORT),
  REDIS_DB: "0",
  CELERY_BACKEND: "redis",
  STORAGE_TYPE: "s3",
  S3_ENDPOINT: `http://minio:${MINIO_PORT}`,
  S3_REGION: "us-east-1",
  S3_BUCKET_NAME: BUCKET,
  S3_ACCESS_KEY: BUCKET_USER,
  S3_ADDRESS_STYLE: "path",
  S3_USE_AWS_MANAGED_IAM: "false",
  VECTOR_STORE: "pgvector",
  PGVECTOR_HOST: POSTGRES,
  PGVECTOR_PORT: String(POSTGRES_PORT),
  PGVECTOR_USER: ROLE,
  PGVECTOR_DATABASE: DATABASES.dify,
  PGVECTOR_MIN_CONNECTION: "1",
  PGVECTOR_MAX_CONNECTION: "5",
};

const NEIGHBOURS = {
  CODE_EXECUTION_ENDPOINT: `http://${SANDBOX}:${SANDBOX_PORT}`,
  SSRF_PROXY_HTTP_URL: API_PROXY_URL,
  SSRF_PROXY_HTTPS_URL: API_PROXY_URL,
  PLUGIN_DAEMON_URL,
  PLUGIN_DAEMON_TIMEOUT: "600.0",
  PLUGIN_MAX_PACKAGE_SIZE: "52428800",
  PLUGIN_REMOTE_INSTALL_HOST: "localhost",
  PLUGIN_REMOTE_INSTALL_PORT: "5003",
  MARKETPLACE_ENABLED: "true",
  MARKETPLACE_API_URL: "https://marketplace.dify.ai",
};

const BEHAVIOUR = {
  DEPLOY_ENV: "PRODUCTION",
  LOG_LEVEL: "INFO",
  // To standard output alone: the engine keeps the log.
  LOG_FILE: "",
  LOG_TZ: "UTC",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  PYTHONIOENCODING: "utf-8",
  UV_CACHE_DIR: "/tmp/.uv-cache",
  // Nothing is reported.
  CHECK_UPDATE_URL: "",
  SCARF_NO_ANALYTICS: "true",
  FILES_ACCESS_TIMEOUT: "300",
  // Editing together needs a second API server with another kind of workers.
  ENABLE_COLLABORATION_MODE: "false",
};

/** Secrets of the back end by the variables that it reads. */
const VARIABLES = {
  SECRET_KEY: valueOf(SECRETS.key),
  INIT_PASSWORD: valueOf(SECRETS.initPassword),
  DB_PASSWORD: valueOf(SECRETS.database),
  PGVECTOR_PASSWORD: valueOf(SECRETS.database),
  REDIS_PASSWORD: valueOf(SECRETS.redis),
  CELERY_BROKER_URL: `redis://:${valueOf(SECRETS.redis)}@${REDIS}:${REDIS_PORT}/1`,
  S3_SECRET_KEY: valueOf(SECRETS.bucket),
  CODE_EXECUTION_API_KEY: valueOf(SECRETS.sandbox),
  PLUGIN_DAEMON_KEY: valueOf(SECRETS.daemon),
  INNER_API_KEY_FOR_PLUGIN: valueOf(SECRETS.innerApi),
};

const MOUNTED = [
  ...[SECRETS.key, SECRETS.initPassword, SECRETS.database, SECRETS.redis],
  ...[SECRETS.bucket, SECRETS.sandbox, SECRETS.daemon, SECRETS.innerApi],
];

type Mode = "api" | "worker" | "beat" | "migration";

/**
 * Of what does the work: code runs in the sandbox; mail, sources of documents and the marketplace are asked from here, while
 * requests of workflows and tools go by the proxy.
 */
const networks = ({ withAi }: DifySettings) =>
  ["dify", "dify-ssrf", ...(withAi ? (["ai"] as const) : []), "dify-outside"] as const;

/** What the four have in common; each says what it is. */
const backend = (settings: DifySettings, mode: Mode) => ({
  image: API,
  entrypoint: WITH_SECRETS,
  command: ["/bin/bash", "/entrypoint.sh"],
  environment: {
    ...{ ...BEHAVIOUR, ...addresses(settings), ...STORES, ...NEIGHBOURS },
    MODE: mode,
    // Once, before the others start.
    MIGRATION_ENABLED: String(mode === "migration"),
  },
  networks: ["dify"] as const,
  ports: [],
  mounts: [{ kind: "data", path: "dify/storage", target: "/app/api/storage" }] as const,
  files: [withSecrets(VARIABLES)],
  secrets: secretMounts(MOUNTED),
  user: "1001:1001",
  // What it writes beside its storage is known for no published image; see docker/dify/COMPARISON.md.
  readOnlyRoot: false,
  capabilities: [],
  init: true,
});

/** What to run as dify-api. */
export const apiService = (settings: DifySettings): ServiceSpec => ({
  ...backend(settings, "api"),
  name: API,
  networks: networks(settings),
  port: API_PORT,
  health: {
    command: ["curl", "-f", "-s", "-o", "/dev/null", `http://127.0.0.1:${API_PORT}/health`],
    intervalSeconds: 10,
    timeoutSeconds: 5,
    retries: 5,
    startPeriodSeconds: 120,
  },
  memoryMiB: MEMORY[API],
  startSeconds: 300,
  stopSeconds: 30,
});

/** What to run as dify-worker: all queues. */
export const workerService = (settings: DifySettings): ServiceSpec => ({
  ...backend(settings, "worker"),
  name: "dify-worker",
  networks: networks(settings),
  health: {
    // A second Python that asks the first through Redis: seconds of work, so seldom.
    command: [...WITH_SECRETS, "celery", "-A", "celery_healthcheck.celery", "inspect", "ping"],
    intervalSeconds: 30,
    timeoutSeconds: 30,
    retries: 3,
    startPeriodSeconds: 120,
  },
  memoryMiB: MEMORY["dify-worker"],
  startSeconds: 300,
  // Finishes what it has begun.
  stopSeconds: 60,
});

/** What to run as dify-worker-beat: it hands out what is due. */
export const beatService = (settings: DifySettings): ServiceSpec => ({
  ...backend(settings, "beat"),
  name: "dify-worker-beat",
  health: { externalOnly: "It listens nowhere and answers nobody: the restart policy of the engine looks after it." },
  memoryMiB: MEMORY["dify-worker-beat"],
  startSeconds: 60,
  stopSeconds: 10,
});

/** What to run once the stores are there: the schema of this release. Forward only. */
export const migrationOneShot = (settings: DifySettings): ServiceSpec => ({
  ...backend(settings, "migration"),
  name: "dify-migration",
  health: { runsOnce: true },
  memoryMiB: ONE_SHOT_MEMORY.migration,
  startSeconds: 600,
  stopSeconds: 60,
});
