/**
 * Locks that a killed Pulumi left in a file backend. Pulumi keeps them until somebody runs `pulumi cancel`, which removes
 * those of running updates as well.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** What Pulumi writes into a lock. */
interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** When it was taken, as Pulumi writes it. */
  readonly timestamp: string | undefined;
}

/** Where a file backend keeps the locks of a stack. */
export const lockDirectory = (backend: string, project: string, stack: string): string =>
  path.join(backend, ".pulumi/locks/organization", project, stack);

/** Undefined for a lock that was given back just now, and for one that is not as we know them. */
function readHolder(file: string): Holder | undefined {
  try {
    const { pid, hostname, timestamp } = JSON.parse(readFileSync(file, "utf8")) as Partial<Holder>;
    return typeof pid === "number" && typeof hostname === "string" ? { pid, hostname, timestamp } : undefined;
  } catch {
    return undefined;
  }
}

/** Name and state letter of a process; undefined where that cannot be told. */
function statusOf(pid: number): { readonly name: string; readonly state: string } | undefined {
  try {
    const [, name = "", state = ""] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, state };
  } catch {
    return undefined; // No /proc, as on macOS: the number alone has to do.
  }
}

/** Whether it is certain that no Pulumi has this number any more; another program may have it by now. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const status = statusOf(pid);
  // Z: ended, and its parent has not looked.
  return status !== undefined && (status.state === "Z" || !status.name.startsWith("pulumi"));
}

/** A lock, by its file; without a holder it is not as Pulumi writes it. */
export interface Lock {
  readonly file: string;
  readonly holder: Holder | undefined;
}

/** The locks of a stack as they are now. */
export function readLocks(directory: string): Lock[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return names.map((name) => path.join(directory, name)).map((file) => ({ file, holder: readHolder(file) }));
}

const isHere = ({ hostname }: Holder): boolean => hostname === os.hostname();

/** Whether it is certain that the process of a lock runs. */
export const isHeld = ({ holder }: Lock): boolean => holder !== undefined && isHere(holder) && !hasEnded(holder.pid);

/** Takes a lock away, whoever has it. */
export function removeLock({ file }: Lock): void {
  rmSync(file, { force: true });
  // What the backend notes about the file.
  rmSync(`${file}.attrs`, { force: true });
}

/**
 * Removes the locks whose process has ended. Those of running processes and of other machines stay.
 *
 * @returns the numbers of those processes
 */
export function removeStaleLocks(directory: string): number[] {
  return readLocks(directory).flatMap((lock) => {
    const { holder } = lock;
    if (holder === undefined || !isHere(holder) || !hasEnded(holder.pid)) return [];
    removeLock(lock);
    return [holder.pid];
  });
}
