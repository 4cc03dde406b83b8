/** Writes files and directories of files, each as a whole. */
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export type File = readonly [name: string, content: string, mode: number];

/** Writes one file as a whole: readers see the old content or the new, never a part. */
export function writeWhole(file: string, content: string, mode: number): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.partial-${process.pid}`;
  writeFileSync(partial, content, { mode });
  chmodSync(partial, mode); // whatever the umask says
  renameSync(partial, file);
}

/** In place, because running containers hold the directory itself. */
export function fillDirectory(directory: string, files: readonly File[]): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  const wanted = new Set(files.map(([name]) => name.split("/")[0]));
  for (const entry of readdirSync(directory)) {
    if (!wanted.has(entry)) rmSync(path.join(directory, entry), { recursive: true });
  }
  for (const [name, content, mode] of files) {
    const parent = path.join(directory, path.dirname(name));
    mkdirSync(parent, { recursive: true });
    chmodSync(parent, 0o755);
    writeWhole(path.join(directory, name), content, mode);
  }
}
