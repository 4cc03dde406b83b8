/** dify-postgres: PostgreSQL with pgvector, and the one-shot that makes Dify's role, databases and extension in it. */
import { secretFile, secretMounts } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { SMALL_ONE_SHOT } from "./one-shot";
import { SECRETS } from "./settings";

export const POSTGRES = "dify-postgres";
export const POSTGRES_PORT = 5432;
/** Major version of the image; a data directory of another one is refused. */
export const POSTGRES_MAJOR = "17";
/** Where its data lies below dataDir. */
export const POSTGRES_DATA = "dify/postgres";
export const ROLE = "dify";
export const DATABASES = { dify: "dify", plugin: "dify_plugin" } as const;

const USER = "999:999";
const SCRIPTS = "/etc/dify-database";

/** Settings of the official compose file, except the cache that the planner expects: half of the memory limit. */
const PARAMETERS = {
  max_connections: "100",
  shared_buffers: "128MB",
  work_mem: "4MB",
  maintenance_work_mem: "64MB",
  effective_cache_size: `${MEMORY[POSTGRES] / 2}MB`,
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
};

const ready = (host: string): string[] => ["pg_isready", "-h", host, "-U", "postgres", "-d", "postgres"];

/** What to run as dify-postgres. Its own superuser is used by the one-shot only. */
export function postgresService(): ServiceSpec {
  return {
    name: POSTGRES,
    image: POSTGRES,
    command: ["postgres", ...Object.entries(PARAMETERS).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    environment: {
      PGDATA: "/var/lib/postgresql/data",
      POSTGRES_USER: "postgres",
      POSTGRES_PASSWORD_FILE: secretFile(SECRETS.databaseRoot),
      POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256 --data-checksums",
    },
    networks: ["dify"],
    port: POSTGRES_PORT,
    ports: [],
    mounts: [
      { kind: "data", path: POSTGRES_DATA, target: "/var/lib/postgresql/data" },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 64, mode: 0o1777 },
      { kind: "tmpfs", target: "/var/run/postgresql", sizeMiB: 1, mode: 0o755, owner: USER },
    ],
    files: [],
    secrets: secretMounts([SECRETS.databaseRoot]),
    health: {
      // By network: while the image prepares a new directory, its server listens on a socket only.
      command: ready("127.0.0.1"),
      intervalSeconds: 2,
      timeoutSeconds: 3,
      retries: 30,
      startPeriodSeconds: 60,
    },
    user: USER,
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: MEMORY[POSTGRES],
    startSeconds: 120,
    // Writes a checkpoint before it ends.
    stopSeconds: 60,
    // Ends sessions and shuts down cleanly; SIGTERM would wait for clients that stay connected.
    stopSignal: "SIGINT",
    init: false,
  };
}

/** Passwords come from files by psql itself, so that they are on no command line and in no log. */
const SQL = `\\set ON_ERROR_STOP on
\\set password \`cat ${secretFile(SECRETS.database)}\`
SELECT 'CREATE ROLE ${ROLE} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${ROLE}') \\gexec
ALTER ROLE ${ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
${Object.values(DATABASES)
  .map(
    (name) =>
      `SELECT 'CREATE DATABASE ${name} OWNER ${ROLE}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${name}') \\gexec\n` +
      `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC;`,
  )
  .join("\n")}
\\connect ${DATABASES.dify}
CREATE EXTENSION IF NOT EXISTS vector;
ALTER EXTENSION vector UPDATE;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
`;

const SCRIPT = `#!/bin/sh
set -eu
PGPASSWORD="$(cat ${secretFile(SECRETS.databaseRoot)})"
export PGPASSWORD
exec psql --no-psqlrc --quiet --host ${POSTGRES} --username postgres --dbname postgres --file ${SCRIPTS}/database.sql
`;

/** What to run once the database answers: all of it can be repeated, and passwords follow their files. */
export function databaseOneShot(): ServiceSpec {
  return {
    ...SMALL_ONE_SHOT,
    name: "dify-database",
    image: POSTGRES,
    entrypoint: ["/bin/sh", `${SCRIPTS}/database.sh`],
    command: [],
    environment: { HOME: "/tmp" },
    networks: ["dify"],
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 }],
    files: [
      {
        target: SCRIPTS,
        files: [
          { path: "database.sh", content: SCRIPT, executable: true },
          { path: "database.sql", content: SQL },
        ],
      },
    ],
    secrets: secretMounts([SECRETS.databaseRoot, SECRETS.database]),
    user: USER,
  };
}
