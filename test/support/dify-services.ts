/** The services of a bench, each with secrets of its own, and the environment that Dify's API gets for them. */
import { docker, ended, secret, type Bench } from "./dify-bench";
import { eventually } from "./eventually";

const HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"];
const SQUID = `http_port 3128
acl outside dstdomain outside
http_access allow outside
http_access deny all
pid_filename none
access_log stdio:/dev/stdout
cache_log /dev/stderr
cache deny all
shutdown_lifetime 1 second
`;
const INIT = `CREATE EXTENSION vector;
CREATE DATABASE dify_plugin;
CREATE TABLE made_once (n int);
`;

/** Environment of the API and of all that share its image. */
export type Environment = Readonly<Record<string, string>>;

/** Starts PostgreSQL as uid 999 with the databases and waits for it; gives the container. */
export async function startPostgres(bench: Bench, password: string): Promise<string> {
  const postgres = await bench.run("dify-postgres", "db", {
    env: {
      POSTGRES_USER: "dify",
      POSTGRES_DB: "dify",
      POSTGRES_PASSWORD_FILE: bench.file("postgres", `${password}\n`).replace(bench.files, "/bench"),
      PGDATA: "/var/lib/postgresql/data/pgdata",
    },
    options: [
      ...HARDENED,
      ...["--user", "999:999", "--tmpfs", "/var/run/postgresql:uid=999", "--volume", "/var/lib/postgresql/data"],
      ...["--volume", `${bench.file("init.sql", INIT)}:/docker-entrypoint-initdb.d/init.sql:ro`],
    ],
  });
  const ready = ["exec", postgres, "pg_isready", "-h", "db", "-U", "dify", "-d", "dify"];
  await eventually(async () => expect(await docker(...ready)).toMatchObject({ code: 0 }));
  return postgres;
}

async function startMinio(bench: Bench, root: string): Promise<void> {
  bench.file("minio-user", "bench-root\n");
  bench.file("minio-password", `${root}\n`);
  const minio = await bench.run("minio", "minio", {
    env: { MINIO_ROOT_USER_FILE: "/bench/minio-user", MINIO_ROOT_PASSWORD_FILE: "/bench/minio-password" },
    options: [...HARDENED, "--volume", "/data"],
    command: ["server", "/data", "--console-address", ":9001"],
  });
  await eventually(async () => expect(await docker("exec", minio, "mc", "ready", "local")).toMatchObject({ code: 0 }));
  const script =
    'mc alias set s http://minio:9000 "$(cat /bench/minio-user)" "$(cat /bench/minio-password)" && mc mb s/dify';
  const options = [...HARDENED, "--entrypoint", "/bin/sh"];
  const client = await bench.run("minio-client", "mc", { options, command: ["-c", script] });
  expect(await ended(client)).toMatchObject({ code: 0 });
}

/** Starts everything but what shares the API's image, and waits for it. */
export async function startServices(bench: Bench): Promise<{ env: Environment; postgres: string; sandbox: string }> {
  const [db, redis, s3, key] = [secret(), secret(), secret(), secret()];
  const postgres = await startPostgres(bench, db);
  bench.file("redis.conf", `requirepass ${redis}\nsave ""\n`);
  await bench.run("dify-redis", "redis", { options: HARDENED, command: ["/bench/redis.conf"] });
  bench.file("squid.conf", SQUID);
  await bench.run("dify-ssrf-proxy", "ssrf_proxy", {
    networks: ["back", "ssrf"],
    options: [...HARDENED, "--entrypoint", "squid"],
    command: ["-N", "-f", "/bench/squid.conf"],
  });
  const sandbox = await bench.run("dify-sandbox", "sandbox", {
    networks: ["ssrf"],
    env: { API_KEY: key, HTTP_PROXY: "http://ssrf_proxy:3128" },
    // Nobody answers for names of elsewhere: do not wait long.
    options: [...HARDENED, "--dns-opt", "timeout:1", "--dns-opt", "attempts:1"],
  });
  await startMinio(bench, s3);
  return { env: environment(db, redis, s3, key), postgres, sandbox };
}

function environment(db: string, redis: string, s3: string, sandboxKey: string): Environment {
  const [secretKey, daemonKey, innerKey] = [secret(), secret(), secret()];
  return {
    ...{ MODE: "api", MIGRATION_ENABLED: "false", SECRET_KEY: secretKey },
    ...{ DB_TYPE: "postgresql", DB_HOST: "db", DB_PORT: "5432", DB_DATABASE: "dify", DB_USERNAME: "dify" },
    ...{ DB_PASSWORD: db, VECTOR_STORE: "pgvector", PGVECTOR_HOST: "db", PGVECTOR_PORT: "5432" },
    ...{ PGVECTOR_USER: "dify", PGVECTOR_PASSWORD: db, PGVECTOR_DATABASE: "dify" },
    ...{ REDIS_HOST: "redis", REDIS_PORT: "6379", REDIS_PASSWORD: redis, REDIS_DB: "0" },
    CELERY_BROKER_URL: `redis://:${redis}@redis:6379/1`,
    ...{ STORAGE_TYPE: "s3", S3_ENDPOINT: "http://minio:9000", S3_REGION: "us-east-1", S3_BUCKET_NAME: "dify" },
    ...{ S3_ACCESS_KEY: "bench-root", S3_SECRET_KEY: s3, S3_ADDRESS_STYLE: "path" },
    ...{ CODE_EXECUTION_ENDPOINT: "http://sandbox:8194", CODE_EXECUTION_API_KEY: sandboxKey },
    ...{ SSRF_PROXY_HTTP_URL: "http://ssrf_proxy:3128", SSRF_PROXY_HTTPS_URL: "http://ssrf_proxy:3128" },
    ...{ PLUGIN_DAEMON_URL: "http://plugin_daemon:5002", PLUGIN_DAEMON_KEY: daemonKey },
    INNER_API_KEY_FOR_PLUGIN: innerKey,
  };
}

/** Environment of the plugin daemon beside an API with this one. */
export const daemonEnvironment = (env: Environment): Environment => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => /^(DB|REDIS)_/.test(name))),
  ...{ DB_DATABASE: "dify_plugin", SERVER_PORT: "5002", SERVER_KEY: env.PLUGIN_DAEMON_KEY ?? "" },
  ...{ DIFY_INNER_API_URL: "http://api:5001", DIFY_INNER_API_KEY: env.INNER_API_KEY_FOR_PLUGIN ?? "" },
});
