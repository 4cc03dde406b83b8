/** A copy of this checkout as `git clone` and `npm ci` at the root leave it: nothing is installed in toolchain/. */
import fs from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "../../..");

/** Makes the copy in an empty folder. */
export function copyCheckout(directory: string): void {
  const ours = (file: string): boolean => path.basename(file) !== "node_modules";
  fs.cpSync(path.join(ROOT, "toolchain"), path.join(directory, "toolchain"), { recursive: true, filter: ours });
  fs.copyFileSync(path.join(ROOT, "package.json"), path.join(directory, "package.json"));
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(directory, "node_modules"));
}
