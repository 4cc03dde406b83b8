/** The package manager of a program: which one, and its installation of dependencies. */
import fs from "node:fs";
import path from "node:path";
import { startChild } from "./children";
import type { RuntimeOptions } from "./options";
import { readManifest, searchUp } from "./packages";

interface PackageManager {
  /** Files that choose it when Pulumi.yaml does not. */
  lockFiles: string[];
  /** Arguments of an installation. */
  install: string[];
}

/** In order of preference, with the official host's arguments. */
const MANAGERS: Record<string, PackageManager> = {
  yarn: { lockFiles: ["yarn.lock"], install: ["install"] },
  pnpm: { lockFiles: ["pnpm-lock.yaml"], install: ["install", "--use-stderr"] },
  bun: { lockFiles: ["bun.lock", "bun.lockb"], install: ["install"] },
  npm: { lockFiles: [], install: ["install", "--loglevel=error"] },
};

/** Name of the package manager to use: the option's, else by environment and lock file, else npm. */
export function packageManagerName(programDirectory: string, option: string): string {
  if (option !== "auto" && option !== "") {
    if (option in MANAGERS) return option;
    const known = Object.keys(MANAGERS).join(", ");
    throw new Error(`Pulumi.yaml: runtime option "packagemanager" is "${option}", expected auto, ${known}.`);
  }
  const chosen = Object.entries(MANAGERS).find(
    ([name, { lockFiles }]) =>
      (lockFiles.some((file) => fs.existsSync(path.join(programDirectory, file))) ||
        (name === "yarn" && /^(1|true)$/i.test(process.env.PULUMI_PREFER_YARN ?? ""))) &&
      executable(name) !== undefined,
  );
  return chosen?.[0] ?? "npm";
}

/** Version of a package manager, read from its package next to the executable: starting it costs 0.2 s. */
export function packageManagerVersion(name: string): string | undefined {
  const file = executable(name);
  const manifest = file && searchUp(path.dirname(fs.realpathSync(file)), "package.json");
  return manifest === undefined || manifest === "" ? undefined : readManifest(path.dirname(manifest))?.version;
}

function executable(name: string): string | undefined {
  const directories = (process.env.PATH ?? "").split(path.delimiter).filter((directory) => directory !== "");
  return directories.map((directory) => path.join(directory, name)).find((file) => fs.existsSync(file));
}

/** Installs the program's dependencies, handing on output as it comes; throws when the package manager fails. */
export async function installDependencies(
  directory: string,
  options: RuntimeOptions,
  output: { stdout: (chunk: Buffer) => void; stderr: (chunk: Buffer) => void },
): Promise<void> {
  const name = packageManagerName(directory, options.packageManager);
  if (executable(name) === undefined) {
    throw new Error(`Could not find \`${name}\` executable.\nInstall ${name} and make sure it is in your PATH.`);
  }
  // With --production, bun refuses lock files that it should accept; the official host leaves it out too.
  const production = options.production && name !== "bun" ? ["--production"] : [];
  const args = [...(MANAGERS[name]?.install ?? []), ...production];
  const { child, ended } = startChild(name, args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout?.on("data", output.stdout);
  child.stderr?.on("data", output.stderr);
  const { code, signal } = await ended;
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} failed in ${directory}: ${signal ?? `exit code ${code}`}`);
  if (searchUp(directory, "node_modules") === undefined) {
    throw new Error(`${name} install reported success, but node_modules directory is missing in ${directory}`);
  }
}
