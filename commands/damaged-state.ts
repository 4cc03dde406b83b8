/**
 * A state that was cut off: Pulumi's file backend puts what it could write in the place of the whole file when the disk is
 * full, and can then read nothing any more. It keeps copies.
 */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Deployment } from "./state";

/** File in which a file backend keeps the state of a stack. */
export const stateFile = (backend: string, project: string, stack: string): string =>
  path.join(backend, ".pulumi/stacks", project, `${stack}.json`);

/** What is looked at of such a file. */
interface Stored {
  readonly checkpoint?: { readonly latest?: Deployment };
}

/** Undefined: it is cut off, or of another form. */
export function readStored(file: string): Stored | undefined {
  try {
    const stored: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof stored === "object" && stored !== null ? stored : undefined;
  } catch {
    return undefined;
  }
}

const isWhole = (file: string): boolean => "checkpoint" in (readStored(file) ?? {});

/** Whether it is certain that the last update left nothing under way. */
export function isFinished(file: string): boolean {
  const { checkpoint } = readStored(file) ?? {};
  return checkpoint !== undefined && (checkpoint.latest?.pending_operations ?? []).length === 0;
}

/** Whether it is certain that the state has nothing: of a new stack, of one that is down, or where it was lost. */
export function isEmpty(file: string): boolean {
  const { checkpoint } = readStored(file) ?? {};
  return checkpoint !== undefined && (checkpoint.latest?.resources ?? []).length === 0;
}

/** The copies of a stack's state, the newest first: the one before the last write, and one of each finished update. */
function copies(file: string): string[] {
  const [stack, project] = [path.basename(file, ".json"), path.basename(path.dirname(file))];
  const directory = path.join(file, "../../../backups", project, stack);
  const backups = existsSync(directory) ? readdirSync(directory).map((name) => path.join(directory, name)) : [];
  return [`${file}.bak`, ...backups]
    .filter((copy) => existsSync(copy) && !copy.endsWith(".attrs"))
    .map((copy) => ({ copy, written: statSync(copy).mtimeMs }))
    .sort((a, b) => b.written - a.written)
    .map(({ copy }) => copy);
}

const markOf = (file: string): string => `${file}.restored`;

/** Whether the state took the place of a damaged one, and no update has found out since what it does not know. */
export const isRestored = (file: string): boolean => existsSync(markOf(file));

/** To be called after an update that did. */
export const settleRestored = (file: string): void => rmSync(markOf(file), { force: true });

/** Moves a state out of Pulumi's sight, to a name that the backend does not read; gives that name. */
export function setAside(file: string, now = new Date()): string {
  const aside = `${file}.aside-${now.toISOString().replace(/[:.]/g, "-")}`;
  renameSync(file, aside);
  // What the backend notes about the file, such as its hash; it does without.
  rmSync(`${file}.attrs`, { force: true });
  return aside;
}

/** What became of a damaged state. */
export interface Repair {
  /** The copy that took its place; undefined: none was whole. */
  readonly copy: string | undefined;
  /** Where the damaged file is now. */
  readonly aside: string;
}

/**
 * Puts the newest whole copy in the place of a damaged state; without any, the stack begins anew. The damaged file is kept
 * aside.
 *
 * @returns undefined: the state is whole, or there is none yet
 */
export function repairState(file: string): Repair | undefined {
  if (!existsSync(file) || isWhole(file)) return undefined;
  const copy = copies(file).find(isWhole);
  writeFileSync(markOf(file), copy ?? "");
  const aside = setAside(file);
  if (copy === undefined) return { copy, aside };
  copyFileSync(copy, `${file}.partial`);
  renameSync(`${file}.partial`, file);
  return { copy, aside };
}
