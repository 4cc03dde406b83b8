/** What has to hold of data that is there already: the right major version of PostgreSQL, and owners that can use it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Undefined also where this user may not look: the directory belongs to the database. */
function tryTo<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** Data of services that is kept below dataDir. */
export interface KeptData {
  /** Directory of PostgreSQL, the major version that runs on it, and the name of its service. */
  readonly database: { readonly path: string; readonly major: string; readonly service: string };
  /** "uid:gid" of each directory's service. */
  readonly owners: Readonly<Record<string, string>>;
}

function versionFaults(dataDir: string, { path: below, major, service }: KeptData["database"]): string[] {
  const directory = path.join(dataDir, below);
  const found = tryTo(() => readFileSync(path.join(directory, "PG_VERSION"), "utf8").trim());
  if (found === undefined || found === major) return [];
  return [
    `dataDir: "${directory}" holds data of PostgreSQL ${found}, and this version runs ${major}, which cannot read it. ` +
      `Nothing was changed. Keep the data: dump it with PostgreSQL ${found} (pg_dumpall), move the directory aside, bring the ` +
      `stack up, and restore the dump (psql) into ${service}`,
  ];
}

/** An empty directory is given to whom it has to belong; one with data of somebody else is not taken from them. */
function ownerFaults(directory: string, owner: string): string[] {
  if (!existsSync(directory)) return [];
  const { uid } = statSync(directory);
  const isData = (tryTo(() => readdirSync(directory)) ?? [""]).length > 0;
  if (!isData || Number(owner.split(":")[0]) === uid) return [];
  return [
    `dataDir: "${directory}" belongs to the user ${uid}, and the service that keeps its data there runs as ${owner}; ` +
      `if the data is this stack's, give it back: sudo chown -R ${owner} ${directory}`,
  ];
}

/**
 * One line for each directory below `dataDir` that cannot be used as it is. `sameUsers`: a container's user has the same number on this
 * machine; engines in virtual machines show their own, or nobody's.
 */
export const dataFaults = (dataDir: string, { database, owners }: KeptData, sameUsers: boolean): string[] => [
  ...versionFaults(dataDir, database),
  ...(sameUsers ? Object.entries(owners) : []).flatMap(([directory, owner]) =>
    ownerFaults(path.join(dataDir, directory), owner),
  ),
];
