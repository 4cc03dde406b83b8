/** dify-redis: cache, queue and locks of Dify. */
import { secretFile, secretMounts, secretPath } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { SECRETS } from "./settings";

export const REDIS = "dify-redis";
export const REDIS_PORT = 6379;

const DIRECTORY = "/etc/dify-redis";

/** The password is in the included file. Nothing is evicted: what is queued must not be lost. */
const CONF = `include ${secretPath(SECRETS.redis)}/redis.conf
bind * -::*
port ${REDIS_PORT}
dir /data
appendonly yes
maxmemory ${Math.floor((MEMORY[REDIS] * 3) / 4)}mb
maxmemory-policy noeviction
`;

/** What to run as dify-redis. */
export function redisService(): ServiceSpec {
  return {
    name: REDIS,
    image: REDIS,
    entrypoint: ["redis-server"],
    command: [`${DIRECTORY}/redis.conf`],
    environment: {},
    networks: ["dify"],
    port: REDIS_PORT,
    ports: [],
    mounts: [
      { kind: "data", path: "dify/redis", target: "/data" },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
    ],
    files: [{ target: DIRECTORY, files: [{ path: "redis.conf", content: CONF }] }],
    secrets: secretMounts([SECRETS.redis]),
    health: {
      command: ["/bin/sh", "-c", `REDISCLI_AUTH="$(cat ${secretFile(SECRETS.redis)})" redis-cli ping | grep -q PONG`],
      intervalSeconds: 5,
      timeoutSeconds: 3,
      retries: 5,
      startPeriodSeconds: 30,
    },
    user: "999:1000",
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: MEMORY[REDIS],
    startSeconds: 120,
    // Writes what is not on disk yet.
    stopSeconds: 30,
    init: false,
  };
}
