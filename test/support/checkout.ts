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

const makeRoot = (): string => fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-checkout-"));

/** What git knows or would add, as it is now. */
function fill(root: string): void {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  const names = list.toString("utf8").split("\0").filter(Boolean);
  for (const name of names.filter((one) => !SHARED.includes(one.split("/")[0] ?? ""))) {
    const from = path.join(ROOT, name);
    // Removed, but git does not know yet.
    if (fs.existsSync(from)) fs.cpSync(from, path.join(root, name), { preserveTimestamps: true });
  }
  share(root);
}

function share(root: string): void {
  for (const name of SHARED) fs.symlinkSync(path.join(ROOT, name), path.join(root, name));
}

/** Makes the copy; the caller removes it in the end. */
export function copyCheckout(): Checkout {
  const root = makeRoot();
  fill(root);
  return checkoutAt(root);
}

function checkoutAt(root: string): Checkout {
  const edit: Checkout["edit"] = (name, change) => {
    const file = path.join(root, name);
    fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
  };
  return { root, edit, remove: () => fs.rmSync(root, { recursive: true }) };
}

export interface OldCheckout extends Checkout {
  /** Puts this checkout's files in the place of the old ones, as `git pull` would; what is ignored stays. */
  pull(): void;
}

type Packages = Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
const packagesOf = (text: string): Packages => (JSON.parse(text) as { packages: Packages }).packages;

/** Packages of the old checkout that are not here as well, in the same version: it would install into what is shared. */
function otherPackages(root: string): string[] {
  const wanted = Object.entries(packagesOf(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")));
  const here = packagesOf(fs.readFileSync(path.join(ROOT, "node_modules/.package-lock.json"), "utf8"));
  return wanted.flatMap(([name, { version, optional }]) =>
    name === "" || optional || here[name]?.version === version ? [] : [name],
  );
}

/** This repository as it was at a commit. @throws Error when its history does not go back so far, or its packages are others */
export function oldCheckout(commit: string): OldCheckout {
  const root = makeRoot();
  const tar = path.join(root, "old.tar");
  try {
    execFileSync("git", ["archive", "--output", tar, commit], { cwd: ROOT, stdio: "pipe" });
  } catch (error) {
    fs.rmSync(root, { recursive: true });
    throw new Error(`commit ${commit} is not in this clone; get its history: git fetch --unshallow`, { cause: error });
  }
  execFileSync("tar", ["-xf", tar, "-C", root]);
  fs.rmSync(tar);
  const others = otherPackages(root);
  if (others.length > 0) throw new Error(`${commit} has other packages than this checkout: ${others.join(", ")}`);
  const stays = (name: string): boolean => /^Pulumi\.(?!dev\.).+\.yaml$/.test(name);
  const clear = (): void => {
    for (const name of fs.readdirSync(root).filter((one) => !stays(one)))
      fs.rmSync(path.join(root, name), { recursive: true });
  };
  fs.rmSync(path.join(root, "toolchain"), { recursive: true });
  share(root);
  return {
    ...checkoutAt(root),
    pull: () => {
      clear();
      fill(root);
    },
  };
}
