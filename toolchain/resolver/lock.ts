/** A lock between processes, which a dead holder does not keep. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const RETRY_MS = 200;

/**
 * Does work that only one process at a time may do. The lock is a symbolic link that names its process; one whose
 * process is gone is taken over.
 *
 * @param onWait called once, with the id of the process that holds the lock
 */
export async function withLock<T>(lock: string, onWait: (pid: string) => void, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (let told = false; !take(lock);) {
    const content = read(lock);
    if (content === undefined) continue; // Given back just now.
    const pid = holder(content);
    if (pid === undefined) {
      passOver(lock, content);
      continue;
    }
    if (!told) onWait(pid);
    told = true;
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** A link is made with its content in one step, unlike a file or a folder. */
function take(lock: string): boolean {
  try {
    fs.symlinkSync(`${process.pid}-${startOf(process.pid)}`, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(lock: string): string | undefined {
  try {
    return fs.readlinkSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${lock} should be a symbolic link or not be there; remove it`);
  }
}

/** The process that holds a lock with this content; undefined if it is gone. */
function holder(content: string): string | undefined {
  const [pid = "", start] = content.split("-");
  return isAlive(Number(pid)) && startOf(Number(pid)) === start ? pid : undefined;
}

/** When a process started, in ticks of the machine: it tells a process from a later one with the same number. */
function startOf(pid: number): string {
  try {
    // Field 22; the second one, a name in brackets, may hold spaces (proc(5)).
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
  } catch {
    return ""; // No /proc, as on macOS: the number alone has to do.
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // It lives, and belongs to someone else.
  }
}

/** Only one of several waiting processes renames a dead lock away; a live one taken in the meantime is put back. */
function passOver(lock: string, dead: string): void {
  const away = `${lock}.${process.pid}`;
  try {
    fs.renameSync(lock, away);
    const content = read(away);
    if (content !== undefined && content !== dead) fs.symlinkSync(content, lock);
  } catch {
    // Another process was faster.
  } finally {
    fs.rmSync(away, { force: true });
  }
}
