/** minio: Dify's files as objects, and the one-shot that makes its bucket and a user that can do nothing else. */
import { secretFile, secretMounts } from "../secret-files";
import type { ServiceSpec } from "../spec";
import { MEMORY } from "./memory";
import { SMALL_ONE_SHOT } from "./one-shot";
import { SECRETS, type DifySettings } from "./settings";

export const MINIO_PORT = 9000;
export const BUCKET = "dify";
/** Name of the user that Dify has, which is its access key too. */
export const BUCKET_USER = "dify";

const ROOT_USER = "mcp-stack-root";
const SCRIPTS = "/etc/minio-bucket";

/** Without the file MinIO would start with the password that everybody knows. */
const START = `test -s ${secretFile(SECRETS.minioRoot)}; exec minio "$@"`;

/** What to run as minio: the API alone, without the console. */
export function minioService({ dataUser }: DifySettings): ServiceSpec {
  return {
    name: "minio",
    image: "minio",
    entrypoint: ["/bin/sh", "-euc", START, "minio"],
    command: ["server", "/data", "--address", `:${MINIO_PORT}`],
    environment: {
      HOME: "/tmp",
      MINIO_ROOT_USER: ROOT_USER,
      MINIO_ROOT_PASSWORD_FILE: secretFile(SECRETS.minioRoot),
      MINIO_BROWSER: "off",
      MINIO_UPDATE: "off",
      MC_CONFIG_DIR: "/tmp/.mc",
    },
    networks: ["dify"],
    port: MINIO_PORT,
    ports: [],
    mounts: [
      { kind: "data", path: "minio", target: "/data" },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 64, mode: 0o1777 },
    ],
    files: [],
    secrets: secretMounts([SECRETS.minioRoot]),
    health: {
      command: ["mc", "ready", "local"],
      intervalSeconds: 5,
      timeoutSeconds: 5,
      retries: 5,
      startPeriodSeconds: 30,
    },
    user: dataUser,
    readOnlyRoot: true,
    capabilities: [],
    memoryMiB: MEMORY.minio,
    startSeconds: 120,
    stopSeconds: 30,
    init: false,
  };
}

const POLICY = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: [`arn:aws:s3:::${BUCKET}`] },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: [`arn:aws:s3:::${BUCKET}/*`],
    },
  ],
};

/** The client takes its server from a variable and the new user from standard input: nothing is on a command line. */
const SCRIPT = `#!/bin/sh
set -eu
MC_HOST_store="http://${ROOT_USER}:$(cat ${secretFile(SECRETS.minioRoot)})@minio:${MINIO_PORT}"
export MC_HOST_store
mc mb --ignore-existing store/${BUCKET}
printf '%s\\n%s\\n' ${BUCKET_USER} "$(cat ${secretFile(SECRETS.bucket)})" | mc admin user add store
mc admin policy create store ${BUCKET}-bucket ${SCRIPTS}/policy.json
attached=$(mc admin policy attach store ${BUCKET}-bucket --user ${BUCKET_USER} 2>&1) || case $attached in
  *"already in effect"*) ;;
  *) echo "$attached" >&2; exit 1 ;;
esac
`;

/** What to run once MinIO answers; all of it can be repeated. */
export function bucketOneShot(): ServiceSpec {
  return {
    ...SMALL_ONE_SHOT,
    name: "minio-bucket",
    image: "minio-client",
    entrypoint: ["/bin/sh", `${SCRIPTS}/bucket.sh`],
    command: [],
    environment: { HOME: "/tmp", MC_CONFIG_DIR: "/tmp/.mc" },
    networks: ["dify"],
    mounts: [{ kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 }],
    files: [
      {
        target: SCRIPTS,
        files: [
          { path: "bucket.sh", content: SCRIPT, executable: true },
          { path: "policy.json", content: `${JSON.stringify(POLICY, undefined, 2)}\n` },
        ],
      },
    ],
    secrets: secretMounts([SECRETS.minioRoot, SECRETS.bucket]),
    user: "65532:65532",
  };
}
