/** Control groups that killed containers leave behind. */
import { readdirSync, rmdirSync } from "node:fs";
import path from "node:path";

const ROOT = "/sys/fs/cgroup";

const directoriesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(directory, name));

/** The directories of a top group: one with version 2, one per controller with version 1. */
export const groups = (name: string): string[] =>
  [ROOT, ...directoriesIn(ROOT)].flatMap(directoriesIn).filter((directory) => path.basename(directory) === name);

function removeTree(directory: string): void {
  directoriesIn(directory).forEach(removeTree);
  rmdirSync(directory);
}

/** Removes a top group and what is below it; no process may be in it any more. */
export function removeGroups(name: string): void {
  groups(name).forEach(removeTree);
}
