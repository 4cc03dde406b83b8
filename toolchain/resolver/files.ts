/** Files that appear complete or not at all, and content hashes. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

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

/**
 * Fills a fresh folder and renames it to `target` (replacing it); if `fill` fails, nothing stays. Only one process may
 * do so at a time: what an interrupted one left behind is removed.
 */
export async function makeWhole(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const [parent, unfinished] = [path.dirname(target), `${path.basename(target)}.making-`];
  fs.mkdirSync(parent, { recursive: true });
  const removeUnfinished = (): void => {
    for (const name of fs.readdirSync(parent).filter((each) => each.startsWith(unfinished))) {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  };
  removeUnfinished();
  try {
    const temporary = fs.mkdtempSync(path.join(parent, unfinished));
    await fill(temporary);
    fs.chmodSync(temporary, 0o755);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(temporary, target);
  } finally {
    removeUnfinished();
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
