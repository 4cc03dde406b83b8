/** Files that appear complete or not at all, a lock between processes, and content hashes. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** SHA-256 of the parts, in hex. Each part is told apart from its neighbours by its length. */
export function hash(...parts: readonly (string | Buffer)[]): string {
  const sum = crypto.createHash("sha256");
  for (const part of parts) sum.update(`${part.length}:`).update(part);
  return sum.digest("hex");
}

/** SHA-256 of a large file, in hex. */
export async function hashOfFile(file: string): Promise<string> {
  const sum = crypto.createHash("sha256");
  for await (const chunk of fs.createReadStream(file)) sum.update(chunk as Buffer);
  return sum.digest("hex");
}

/** The TypeScript files below a folder, sorted; empty if the folder is missing. */
export function sourcesBelow(directory: string): string[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join(directory, name))
    .sort();
}

/** Writes a file under another name and renames it, so that a reader never sees half of it. */
export function writeWhole(file: string, content: string | Buffer, mode = 0o644): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${crypto.randomBytes(4).toString("hex")}`;
  fs.writeFileSync(temporary, content, { mode });
  fs.chmodSync(temporary, mode);
  fs.renameSync(temporary, file);
}

/** Fills a fresh folder and renames it to `target` (replacing it); if `fill` fails, nothing stays. */
export async function makeWhole(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const temporary = fs.mkdtempSync(`${target}.making-`);
  try {
    await fill(temporary);
    fs.chmodSync(temporary, 0o755);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(temporary, target);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Reads a JSON file; a missing or broken one is undefined. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/**
 * Does work that only one process at a time may do. The lock is a symbolic link that names its process; one whose process
 * is gone is taken over.
 *
 * @param onWait called once, with the id of the process that holds the lock
 */
export async function withLock<T>(lock: string, onWait: (pid: string) => void, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  let waiting = false;
  while (!take(lock)) {
    const pid = holder(lock);
    if (pid !== undefined && !isAlive(pid)) {
      breakLock(lock);
      continue;
    }
    if (!waiting) onWait(pid ?? "unknown");
    waiting = true;
    await sleep(200);
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
    fs.symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function holder(lock: string): string | undefined {
  try {
    return fs.readlinkSync(lock);
  } catch {
    return undefined;
  }
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Only one of several waiting processes gets to rename a dead lock away. */
function breakLock(lock: string): void {
  const away = `${lock}.${process.pid}`;
  try {
    fs.renameSync(lock, away);
    fs.rmSync(away, { force: true });
  } catch {
    // Another process was faster.
  }
}
