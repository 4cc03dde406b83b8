/** A copy of this checkout, for tests that change its files: what git knows or would add, as it is now. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** What can be made again, and the toolchain, which keeps its own cache beside it: shared with this checkout. */
const SHARED = ["node_modules", ".cache", "toolchain"];

export interface Checkout {
  readonly root: string;
  /** Changes a file; `name` is relative to the root. */
  edit(name: string, change: (text: string) => string): void;
  remove(): void;
}

/** Makes the copy; the caller removes it in the end. */
export function copyCheckout(): Checkout {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-checkout-"));
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  const names = list.toString("utf8").split("\0").filter(Boolean);
  for (const name of names.filter((one) => !SHARED.includes(one.split("/")[0] ?? ""))) {
    const from = path.join(ROOT, name);
    // Removed, but git does not know yet.
    if (fs.existsSync(from)) fs.cpSync(from, path.join(root, name), { preserveTimestamps: true });
  }
  for (const name of SHARED) fs.symlinkSync(path.join(ROOT, name), path.join(root, name));
  const edit: Checkout["edit"] = (name, change) => {
    const file = path.join(root, name);
    fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
  };
  return { root, edit, remove: () => fs.rmSync(root, { recursive: true }) };
}
