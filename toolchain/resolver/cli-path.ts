/** The Pulumi CLI that the user has installed. */
import fs from "node:fs";
import path from "node:path";
import { run } from "./run";
import { isInside, MINIMUM_PULUMI_VERSION, type Settings } from "./settings";

/** A CLI that can be used. */
export interface Cli {
  /** Absolute path of the executable. */
  readonly pulumi: string;
  /** Without a leading "v". */
  readonly version: string;
  readonly source: "path" | "download" | "build";
  /** Why this one, for the user. */
  readonly reason: string;
}

/** First executable file of that name on PATH, folders of our own cache left out. */
export function findOnPath(name: string, { env, cacheDir }: Pick<Settings, "env" | "cacheDir">): string | undefined {
  const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders
    .map((folder) => path.join(folder, name))
    .find((file) => isExecutable(file) && !isInside(fs.realpathSync(file), realPath(cacheDir)));
}

/**
 * The installed CLI, if it is new enough and complete. Every reason against it is said in a line that names the file.
 */
export async function cliFromPath(settings: Settings): Promise<Cli | undefined> {
  const pulumi = findOnPath("pulumi", settings);
  if (!pulumi) return undefined;
  const version = await versionOf(pulumi, settings);
  const fault = faultOf(pulumi, version, settings);
  if (fault === undefined) return { pulumi, version, source: "path", reason: `${pulumi} on PATH` };
  settings.say(`pulumi: ${pulumi} is not used: ${fault}`);
  return undefined;
}

function faultOf(pulumi: string, version: string, settings: Settings): string | undefined {
  if (version === "") return "it does not tell its version";
  if (isOlder(version, MINIMUM_PULUMI_VERSION)) {
    return `version ${version} is older than ${MINIMUM_PULUMI_VERSION}; update it, or leave it: another one is set up for this checkout`;
  }
  const host = "pulumi-language-nodejs";
  if (isExecutable(path.join(path.dirname(fs.realpathSync(pulumi)), host)) || findOnPath(host, settings))
    return undefined;
  // Ours could only stand in by PATH, with a warning at every command; a CLI of our own has it beside it.
  return `${host} lies neither beside it nor on PATH`;
}

/** What `pulumi version` says, without the "v"; empty if it says nothing that looks like a version. */
export async function versionOf(pulumi: string, { env }: Pick<Settings, "env">): Promise<string> {
  try {
    const { stdout } = await run(pulumi, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "1" },
      timeoutMs: 20_000,
    });
    return /^v?(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1] ?? "";
  } catch {
    return "";
  }
}

/** Whether version `a` is below `b`, by its three numbers. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/, 3).map(Number));
  const differing = [0, 1, 2].find((index) => left?.[index] !== right?.[index]);
  return differing !== undefined && (left?.[differing] ?? 0) < (right?.[differing] ?? 0);
}

/** Whether a regular file may be executed by us. */
export function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function realPath(directory: string): string {
  return fs.existsSync(directory) ? fs.realpathSync(directory) : directory;
}
