/**
 * What Dify's own compose file of 1.17.1 asks for, as facts in a table of our own, against what is rendered here. Deliberate
 * differences are in docker/dify/COMPARISON.md, and in no other place: what is in neither is a gap.
 */
import fs from "node:fs";
import path from "node:path";
import { difyPlan } from "../../../services/dify/plan";
import { DIFY_ROUTES } from "../../../services/dify/routes";
import type { ServiceSpec } from "../../../services/spec";
import { configOf } from "../../support/config";

const COMPARISON = fs.readFileSync(path.join(__dirname, "../../../docker/dify/COMPARISON.md"), "utf8");

const { plan } = difyPlan(configOf({ bundles: "dify" }), { dataUser: "1000:1000" });
const specs: Record<string, ServiceSpec> = Object.fromEntries(
  Object.values({ ...plan?.services, ...plan?.oneShots }).map((spec) => [spec.name, spec]),
);
const spec = (name: string): ServiceSpec => {
  const found = specs[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

/** Variables that a spec sets, in plain sight or by its script. */
const variables = ({ environment, files }: ServiceSpec): string[] => {
  const scripts = files.flatMap((directory) => directory.files).filter(({ path: name }) => name === "with-secrets.sh");
  const exported = scripts.flatMap(({ content }) =>
    [...content.matchAll(/^export (\w+)$/gm)].map((one) => one[1] ?? ""),
  );
  return [...Object.keys(environment), ...exported];
};

/** Services of the compose file and what has their part here; undefined: none, see the comparison. */
const SERVICES: Record<string, string | undefined> = {
  init_permissions: "dify-permissions",
  api: "dify-api",
  api_websocket: undefined,
  worker: "dify-worker",
  worker_beat: "dify-worker-beat",
  web: "dify-web",
  db_postgres: "dify-postgres",
  db_mysql: undefined,
  redis: "dify-redis",
  sandbox: "dify-sandbox",
  local_sandbox: undefined,
  plugin_daemon: "dify-plugin-daemon",
  agent_backend: undefined,
  agent_ssrf_proxy: undefined,
  ssrf_proxy: "dify-ssrf-proxy",
  certbot: undefined,
  nginx: "dify",
  weaviate: undefined,
};

const BACK_END = [
  ...["MODE", "SECRET_KEY", "INIT_PASSWORD", "MIGRATION_ENABLED", "DEPLOY_ENV", "LOG_LEVEL", "LOG_FILE", "LOG_TZ"],
  ...["LANG", "LC_ALL", "PYTHONIOENCODING", "UV_CACHE_DIR", "CHECK_UPDATE_URL", "FILES_ACCESS_TIMEOUT"],
  ...[
    "CONSOLE_API_URL",
    "CONSOLE_WEB_URL",
    "SERVICE_API_URL",
    "APP_API_URL",
    "APP_WEB_URL",
    "TRIGGER_URL",
    "FILES_URL",
  ],
  ...["INTERNAL_FILES_URL", "ENDPOINT_URL_TEMPLATE", "WEB_API_CORS_ALLOW_ORIGINS", "CONSOLE_CORS_ALLOW_ORIGINS"],
  ...["DB_TYPE", "DB_USERNAME", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_DATABASE", "REDIS_HOST", "REDIS_PORT"],
  ...["REDIS_PASSWORD", "REDIS_DB", "CELERY_BROKER_URL", "CELERY_BACKEND", "STORAGE_TYPE", "S3_ENDPOINT", "S3_REGION"],
  ...["S3_BUCKET_NAME", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_USE_AWS_MANAGED_IAM", "VECTOR_STORE", "PGVECTOR_HOST"],
  ...["PGVECTOR_PORT", "PGVECTOR_USER", "PGVECTOR_PASSWORD", "PGVECTOR_DATABASE", "PGVECTOR_MIN_CONNECTION"],
  ...["PGVECTOR_MAX_CONNECTION", "CODE_EXECUTION_ENDPOINT", "CODE_EXECUTION_API_KEY", "SSRF_PROXY_HTTP_URL"],
  ...["SSRF_PROXY_HTTPS_URL", "PLUGIN_DAEMON_URL", "PLUGIN_DAEMON_KEY", "PLUGIN_DAEMON_TIMEOUT"],
  ...[
    "PLUGIN_MAX_PACKAGE_SIZE",
    "PLUGIN_REMOTE_INSTALL_HOST",
    "PLUGIN_REMOTE_INSTALL_PORT",
    "INNER_API_KEY_FOR_PLUGIN",
  ],
  ...["MARKETPLACE_ENABLED", "MARKETPLACE_API_URL", "ENABLE_COLLABORATION_MODE", "SCARF_NO_ANALYTICS"],
];

const VARIABLES: Record<string, string[]> = {
  "dify-api": BACK_END,
  "dify-worker": BACK_END,
  "dify-worker-beat": BACK_END,
  "dify-migration": BACK_END,
  "dify-web": [
    ...["CONSOLE_API_URL", "SERVER_CONSOLE_API_URL", "APP_API_URL", "NEXT_PUBLIC_COOKIE_DOMAIN"],
    ...["NEXT_TELEMETRY_DISABLED", "TEXT_GENERATION_TIMEOUT_MS", "CSP_WHITELIST", "ALLOW_EMBED"],
    ...["ALLOW_UNSAFE_DATA_SCHEME", "MARKETPLACE_API_URL", "MARKETPLACE_URL", "TOP_K_MAX_VALUE"],
    ...["INDEXING_MAX_SEGMENTATION_TOKENS_LENGTH", "LOOP_NODE_MAX_COUNT", "MAX_TOOLS_NUM", "MAX_PARALLEL_LIMIT"],
    ...["MAX_ITERATIONS_NUM", "MAX_TREE_DEPTH", "ENABLE_WEBSITE_JINAREADER", "ENABLE_WEBSITE_FIRECRAWL"],
    "ENABLE_WEBSITE_WATERCRAWL",
  ],
  "dify-sandbox": [
    ...["API_KEY", "GIN_MODE", "WORKER_TIMEOUT", "ENABLE_NETWORK", "HTTP_PROXY", "HTTPS_PROXY", "SANDBOX_PORT"],
    "PIP_MIRROR_URL",
  ],
  "dify-plugin-daemon": [
    ...["DB_TYPE", "DB_USERNAME", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_SSL_MODE", "REDIS_HOST"],
    ...["REDIS_PORT", "REDIS_PASSWORD", "SERVER_PORT", "SERVER_KEY", "MAX_PLUGIN_PACKAGE_SIZE", "PPROF_ENABLED"],
    ...["DIFY_INNER_API_URL", "DIFY_INNER_API_KEY", "PLUGIN_REMOTE_INSTALLING_HOST", "PLUGIN_REMOTE_INSTALLING_PORT"],
    ...["PLUGIN_WORKING_PATH", "FORCE_VERIFYING_SIGNATURE", "PYTHON_ENV_INIT_TIMEOUT", "PLUGIN_MAX_EXECUTION_TIMEOUT"],
    ...["PLUGIN_STDIO_BUFFER_SIZE", "PLUGIN_STDIO_MAX_BUFFER_SIZE", "PIP_MIRROR_URL", "PLUGIN_STORAGE_TYPE"],
    ...["PLUGIN_STORAGE_LOCAL_ROOT", "PLUGIN_INSTALLED_PATH", "PLUGIN_PACKAGE_CACHE_PATH", "PLUGIN_MEDIA_CACHE_PATH"],
    "SENTRY_ENABLED",
  ],
};

describe("Dify's compose file of 1.17.1", () => {
  it.each(Object.entries(SERVICES))("has a service %s, which is here or in the comparison", (theirs, ours) => {
    if (ours !== undefined) expect(Object.keys(specs)).toContain(ours);
    const here = ours === undefined ? "—" : `\`${ours}\``;
    expect(COMPARISON).toMatch(new RegExp(`^\\| \`${theirs}\` +\\| ${here} +\\| \\S`, "m"));
  });

  it.each(Object.entries(VARIABLES))("gives %s these variables", (name, wanted) => {
    const set = variables(spec(name));
    expect(wanted.filter((variable) => !set.includes(variable))).toEqual([]);
  });

  it.each([
    ["dify-api", "/app/api/storage"],
    ["dify-worker", "/app/api/storage"],
    ["dify-plugin-daemon", "/app/storage"],
    ["dify-postgres", "/var/lib/postgresql/data"],
    ["dify-redis", "/data"],
  ])("keeps data of %s at %s", (name, target) => {
    expect(spec(name).mounts).toContainEqual(expect.objectContaining({ kind: "data", target }));
  });

  it.each([
    ["dify-api", 5001, "http://127.0.0.1:5001/health"],
    ["dify-sandbox", 8194, "http://127.0.0.1:8194/health"],
    ["dify-worker", undefined, "celery -A celery_healthcheck.celery inspect ping"],
    ["dify-postgres", 5432, "pg_isready"],
    ["dify-redis", 6379, "redis-cli ping"],
  ])("asks %s for its health as we do", (name, port, asked) => {
    const { health, port: own } = spec(name);
    expect(own).toBe(port);
    expect("command" in health ? health.command.join(" ") : "").toContain(asked);
  });

  it("routes these prefixes", () => {
    expect(Object.fromEntries(DIFY_ROUTES.map(({ prefix, service, port }) => [prefix, `${service}:${port}`]))).toEqual({
      "/console/api": "dify-api:5001",
      "/api": "dify-api:5001",
      "/socket.io/": "dify-api:5001",
      "/v1": "dify-api:5001",
      "/openapi": "dify-api:5001",
      "/files": "dify-api:5001",
      "/explore": "dify-web:3000",
      "/e/": "dify-plugin-daemon:5002",
      "/": "dify-web:3000",
      "/mcp": "dify-api:5001",
      "/triggers": "dify-api:5001",
    });
  });

  it("has the sandbox on the closed network alone", () => {
    expect(spec("dify-sandbox").networks).toEqual(["dify-ssrf"]);
    for (const name of ["dify-api", "dify-worker", "dify-ssrf-proxy"])
      expect(spec(name).networks).toContain("dify-ssrf");
  });
});

describe("a default password of Dify's examples", () => {
  it.each([
    "difyai123456",
    "lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWA",
    "QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1",
    "sk-9f73s3ljTXVc",
    "dify-agent-run-token-for-dev-only",
    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
    "minioadmin",
    "WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih",
  ])("is nowhere: %s", (password) => {
    expect(JSON.stringify(specs)).not.toContain(password);
  });

  it("is no value of anything: dify-sandbox is a name, never a key", () => {
    for (const { environment, files } of Object.values(specs)) {
      expect(Object.values(environment)).not.toContain("dify-sandbox");
      expect(JSON.stringify(files)).not.toMatch(/KEY=\\"dify-sandbox/);
    }
  });
});
