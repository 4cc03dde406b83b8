/** Reading and writing files that people keep. */
import fs from "node:fs";
import path from "node:path";

/** Text of a file; undefined: there is none. */
export const contentOf = (file: string): string | undefined =>
  fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;

/** Of generated files, by their path below a root: those that say something else on disk. */
export const staleFiles = (files: Readonly<Record<string, string>>, root: string): [name: string, content: string][] =>
  Object.entries(files).filter(([name, content]) => contentOf(path.join(root, name)) !== content);

/** The file that a path means, through links. @throws Error that names a link to nothing: what it should be is not ours to guess */
export function targetOf(file: string): string {
  if (fs.existsSync(file)) return fs.realpathSync(file);
  if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  throw new Error(
    `${file} is a link to ${fs.readlinkSync(file)}, which is not there; make that file, or remove the link, and try again`,
  );
}

/** Writes a file as a whole or not at all; what it is a link to stays one, and its mode stays. */
export function writeWhole(file: string, content: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const target = targetOf(file);
  const mode = fs.existsSync(target) ? fs.statSync(target).mode & 0o777 : 0o644;
  const partial = `${target}.partial-${process.pid}`;
  fs.writeFileSync(partial, content, { mode });
  fs.renameSync(partial, target);
}
