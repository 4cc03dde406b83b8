/** One process at a time: a lock across processes, which a dead holder does not keep. */
import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sink } from "./progress";

const RETRY_MS = 500;

export interface LockOptions {
  /** What is told when another process holds the lock. */
  readonly waiting?: (pid: number) => string;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** When a process started, in ticks since the machine did: it tells a process from a later one with the same number. */
function startOf(pid: number): string {
  try {
    // Fields 3 and 22; the second one, a name in brackets, may hold spaces (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    // It has ended, and whoever started it has not looked; in a container perhaps nobody ever does.
    if (fields[0] === "Z") return "ended";
    return fields[19] ?? "";
  } catch {
    return ""; // No /proc, as on macOS: the number alone has to do.
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // It lives, and belongs to someone else.
  }
};

/** Content of a lock; undefined if there is none. */
function read(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : ""; // No link: nobody's.
  }
}

/** Process that holds a lock with this content; undefined if it is gone. */
function holder(content: string): number | undefined {
  const [number = "", start] = content.split("-");
  const pid = Number(number);
  return pid > 0 && isAlive(pid) && startOf(pid) === start ? pid : undefined;
}

/** A link is made with its content in one step, unlike a file. */
function take(file: string): boolean {
  try {
    symlinkSync(`${process.pid}-${startOf(process.pid)}`, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Of several waiting processes one renames the dead lock away; a live one that was taken in the meantime is put back. */
function passOver(file: string, dead: string): void {
  const away = `${file}.${process.pid}`;
  try {
    renameSync(file, away);
    const content = read(away);
    if (content !== undefined && content !== dead) symlinkSync(content, file);
  } catch {
    // Another process was faster.
  } finally {
    rmSync(away, { force: true });
  }
}

/** Runs `work` while no other process holds the lock `file`; waits for one that does, and passes over one that has died. */
export async function withLock<T>(
  file: string,
  sink: Sink,
  work: () => Promise<T>,
  { waiting = (pid) => `waiting for another build (process ${pid}) to end`, signal }: LockOptions = {},
): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !take(file);) {
    const content = read(file);
    if (content === undefined) continue; // It was given back just now.
    const pid = holder(content);
    if (pid === undefined) {
      passOver(file, content);
      continue;
    }
    if (!told) sink.write(`${waiting(pid)}\n`);
    told = true;
    await sleep(RETRY_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
