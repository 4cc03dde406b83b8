/** What shapes the Dify bundle: plain data, made of the config; and the names that its services share. */
import type { Config } from "../../config";
import { secretFile } from "../secret-files";
import { originOf, type PublicAddress } from "../tls";
import type { RenderedDirectory } from "../spec";

/** The release that the specs are written for; the images of a release go together. */
export const DIFY_VERSION = "1.17.1";

/** Images of one release: a set of mixed versions is refused. */
export const RELEASE_IMAGES = ["dify-api", "dify-web", "dify-sandbox", "dify-plugin-daemon"] as const;

export interface DifySettings extends PublicAddress, Pick<Config, "auth" | "baseDomain" | "bindAddress" | "difyPort"> {
  /** "uid:gid" that owns data directories whose image runs as any user. */
  readonly dataUser: string;
  /** Whether the AI bundle, and with it the network of llm-proxy, is there. */
  readonly withAi: boolean;
}

/** Secrets that are generated once, by name. */
export const SECRETS = {
  key: "dify-secret-key",
  initPassword: "dify-init-password",
  databaseRoot: "dify-database-root-password",
  database: "dify-database-password",
  redis: "dify-redis-password",
  sandbox: "dify-sandbox-key",
  daemon: "dify-plugin-daemon-key",
  innerApi: "dify-inner-api-key",
  minioRoot: "minio-root-password",
  bucket: "minio-dify-password",
} as const;

/** A secret that is generated once; see engines/files/layout.ts. */
interface GeneratedSecret {
  readonly name: string;
  readonly bytes: number;
  readonly files: Readonly<Record<string, string>>;
}

export const GENERATED: readonly GeneratedSecret[] = [
  ...[SECRETS.key, SECRETS.databaseRoot, SECRETS.database, SECRETS.sandbox, SECRETS.daemon, SECRETS.innerApi].map(
    (name) => ({ name, bytes: 32, files: {} }),
  ),
  // Redis reads it as a part of its configuration: its command line stays clean.
  { name: SECRETS.redis, bytes: 32, files: { "redis.conf": "requirepass {value}\n" } },
  // Asked once, of a person, and Dify takes 30 characters at most: 22.
  { name: SECRETS.initPassword, bytes: 16, files: {} },
  // MinIO takes 40 characters at most: 32.
  { name: SECRETS.minioRoot, bytes: 24, files: {} },
  { name: SECRETS.bucket, bytes: 24, files: {} },
];

/** Where browsers find it. */
export const difyUrl = (settings: PublicAddress & Pick<DifySettings, "baseDomain">): string =>
  originOf(settings, `dify.${settings.baseDomain}`);

const SCRIPT_DIRECTORY = "/etc/dify";
const SCRIPT = "with-secrets.sh";

/** Entry point of an image that takes secrets from its environment only; what follows is the command to run with them. */
export const WITH_SECRETS: readonly string[] = ["/bin/sh", `${SCRIPT_DIRECTORY}/${SCRIPT}`];

/**
 * The script: variables by name, and what each is worth in words of the shell. Set here, they are in no description of the
 * container. Health checks run through it too, where they need them.
 */
export function withSecrets(variables: Readonly<Record<string, string>>): RenderedDirectory {
  const exported = Object.entries(variables).map(([name, value]) => `${name}="${value}"\nexport ${name}`);
  const content = ["#!/bin/sh", "set -eu", ...exported, 'exec "$@"', ""].join("\n");
  return { target: SCRIPT_DIRECTORY, files: [{ path: SCRIPT, content, executable: true }] };
}

/** The value of a secret in words of the shell. */
export const valueOf = (name: string): string => `$(cat ${secretFile(name)})`;
