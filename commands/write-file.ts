/** Writing files that people keep. */
import fs from "node:fs";
import path from "node:path";

/** Writes a file as a whole or not at all; what it is a link to stays one, and its mode stays. */
export function writeWhole(file: string, content: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
  const mode = fs.existsSync(target) ? fs.statSync(target).mode & 0o777 : 0o644;
  const partial = `${target}.partial-${process.pid}`;
  fs.writeFileSync(partial, content, { mode });
  fs.renameSync(partial, target);
}
