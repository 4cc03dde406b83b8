/** Whether there is room for what an update writes. */
import { existsSync, statfsSync } from "node:fs";
import path from "node:path";

/** An update writes some MiB: rendered files, and several copies of the state. More is left for what runs meanwhile. */
const NEEDED_MIB = 50;

const existing = (directory: string): string => (existsSync(directory) ? directory : existing(path.dirname(directory)));

/** Free space where a directory is or will be, in MiB. */
export function freeMiB(directory: string): number {
  const { bavail, bsize } = statfsSync(existing(directory));
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** Why an update must not begin; undefined: there is room. `free` is in MiB. */
export function spaceFault(directory: string, free = freeMiB(directory)): string | undefined {
  if (free >= NEEDED_MIB) return undefined;
  return `"${directory}" is on a disk with ${free} MiB of free space, and an update needs ${NEEDED_MIB}; free some`;
}
