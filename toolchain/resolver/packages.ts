/** The npm packages of toolchain/: what the stand-ins are made of. */
import path from "node:path";
import { findOnPath } from "./cli-path";
import { readJson } from "./files";
import { run, tail } from "./run";
import type { Settings } from "./settings";

interface LockFile {
  readonly packages?: Readonly<
    Record<string, { readonly version?: string; readonly dev?: boolean; readonly optional?: boolean }>
  >;
}

/** Runs `npm ci` if a package of the lock file is missing or has another version. */
export async function ensurePackages(settings: Settings): Promise<void> {
  const { toolchainDir } = settings;
  if (packagesAreInstalled(toolchainDir)) return;
  const npm = findOnPath("npm", settings);
  if (!npm)
    throw new Error(
      `the packages of ${toolchainDir} are not installed and there is no npm on PATH; run "npm ci" in that folder`,
    );
  settings.say("toolchain: installing npm packages");
  const result = await run(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: toolchainDir,
    env: settings.env,
    onTick: (seconds) => settings.say(`toolchain: installing npm packages, ${seconds} s`),
  });
  if (result.code !== 0)
    throw new Error(`"npm ci" in ${toolchainDir} failed:\n${tail(result.stderr || result.stdout)}`);
}

/** Compares what npm noted at its last installation with the lock file; developer tools may be missing. */
export function packagesAreInstalled(toolchainDir: string): boolean {
  const wanted = readJson<LockFile>(path.join(toolchainDir, "package-lock.json"))?.packages;
  const installed = readJson<LockFile>(path.join(toolchainDir, "node_modules", ".package-lock.json"))?.packages;
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([name, { version, dev, optional }]) =>
      name === "" || dev === true || optional === true || installed[name]?.version === version,
  );
}
