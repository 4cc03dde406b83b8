/** What of a stack goes into its archive besides the services' data: pure, but for reading files. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Config } from "../../config";
import { ownerFile } from "../../engines/files/layout";
import { type LeftOut, type Writer } from "../../engines/backup/data";
import { FORMAT, type Manifest } from "../../engines/backup/format";
import { PROJECT_ROOT } from "../../engines/project-root";
import { BRIDGE } from "../../services/catalog/bridge";
import { POSTGRES, POSTGRES_DATA } from "../../services/dify/postgres";
import { KINDS } from "../../services/models";
import { PAGE } from "../../services/nginx-page";
import { dataUser } from "../../stack";
import path from "node:path";

const MADE_AGAIN = "npm run up makes it again";
const MODELS = "models are fetched again by npm run up; copy by hand those that you put there yourself (…ModelFile)";

/** Config keys that name files of the user's. */
const FILE_KEYS = ["secretsFile", "policyFile", "tlsCertificate", "tlsKey"] as const;
export type FileKey = (typeof FILE_KEYS)[number];

export const isFileKey = (key: string): key is FileKey => FILE_KEYS.some((one) => one === key);

/** The user's own files that the config names and that are there, by its keys. */
export const ownFiles = (config: Pick<Config, FileKey>): [FileKey, string][] =>
  FILE_KEYS.flatMap((key) => {
    const file = config[key];
    return file === undefined || !existsSync(file) ? [] : [[key, file]];
  });

/** What of the data directory is not copied. A database that runs is dumped: its files are not whole while it writes. */
export const leftOut = (dataDir: string, databaseRuns: boolean, withModels: boolean): LeftOut => ({
  rendered: MADE_AGAIN,
  [BRIDGE.path]: MADE_AGAIN,
  [PAGE.directory]: MADE_AGAIN,
  [path.relative(dataDir, ownerFile(dataDir))]: "it names the engine of this machine",
  ...(withModels ? {} : Object.fromEntries(Object.values(KINDS).map(({ directory }) => [directory, MODELS]))),
  ...(databaseRuns ? { [POSTGRES_DATA]: `dumped from ${POSTGRES} while it runs` } : {}),
});

/** Undefined where the checkout is no clone, or there is no git. */
function commit(): string | undefined {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: PROJECT_ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** The first entry of the archive. */
export const manifestOf = (
  { project, stack, dataDir }: Pick<Config, "project" | "stack" | "dataDir">,
  parts: {
    readonly time: Date;
    readonly writers: readonly Writer[];
    readonly files: readonly string[];
    readonly leftOut: LeftOut;
  },
): Manifest => ({
  format: FORMAT,
  project,
  stack,
  time: parts.time.toISOString(),
  commit: commit(),
  dataUser: dataUser(),
  images: Object.fromEntries(parts.writers.map(({ service, image }) => [service, image])),
  files: parts.files,
  leftOut: Object.fromEntries(Object.entries(parts.leftOut).filter(([below]) => existsSync(path.join(dataDir, below)))),
});
