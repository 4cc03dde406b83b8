/** What the resolver works with: versions, folders and the caller's environment. */
import os from "node:os";
import path from "node:path";

/** The Pulumi CLI that is downloaded or built; pulumi-cli/go.mod pins the same one. */
export const PULUMI_VERSION = "3.259.0";

/**
 * The oldest CLI on PATH that is used. `@pulumi/pulumi` 3.238 may work with older ones too, but nobody ran this project
 * on them; a round number some distance behind the SDK's own version.
 */
export const MINIMUM_PULUMI_VERSION = "3.200.0";

/** The resource plugins of the program, at the versions of its SDK packages in package.json. */
export const PLUGINS = [
  { name: "docker", version: "5.2.0" },
  { name: "command", version: "1.2.1" },
] as const;

/** Where releases lie: `pulumi-vVERSION-OS-ARCH.tar.gz` and `pulumi-VERSION-checksums.txt`. */
const OFFICIAL_RELEASES = "https://get.pulumi.com/releases/sdk";

/** Where people find Pulumi's CLI when all else fails; for messages. */
export const INSTALL_PULUMI = "https://www.pulumi.com/docs/iac/download-install/";

/** One run of the resolver; tests make their own. */
export interface Settings {
  /** Absolute path of `toolchain/`. */
  readonly toolchainDir: string;
  /** Absolute path of everything that can be made again; deleting it resets every decision. */
  readonly cacheDir: string;
  /** The caller's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base URL of the releases, without a trailing slash. */
  readonly releases: string;
  /** The user's own PULUMI_HOME, where official plugins lie. */
  readonly userPulumiHome: string;
  /** Longest wait for the first answer of the download site, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest time without any data in a download, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Longest wait for `pulumi plugin install` of one official plugin, in milliseconds. */
  readonly pluginTimeoutMs: number;
  /** Says one line to the user. */
  say(line: string): void;
}

/** The settings of a checkout. `MCP_STACK_PULUMI_MIRROR` names another place of the official releases. */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv, say: (line: string) => void): Settings {
  const toolchainDir = path.resolve(__dirname, "..");
  const cacheDir = path.join(toolchainDir, "..", ".cache", "toolchain");
  return {
    toolchainDir,
    cacheDir,
    env,
    releases: (env.MCP_STACK_PULUMI_MIRROR || OFFICIAL_RELEASES).replace(/\/+$/, ""),
    userPulumiHome: userPulumiHome(env, cacheDir),
    connectTimeoutMs: 5_000,
    stallTimeoutMs: 30_000,
    pluginTimeoutMs: 60_000,
    say,
  };
}

/** A shell that took over our environment has our PULUMI_HOME set; the user's own is then the default one. */
function userPulumiHome(env: NodeJS.ProcessEnv, cacheDir: string): string {
  const set = env.PULUMI_HOME;
  return set && !isInside(path.resolve(set), cacheDir) ? path.resolve(set) : path.join(os.homedir(), ".pulumi");
}

/** Whether `child` is `parent` or lies below it. */
export function isInside(child: string, parent: string): boolean {
  return child === parent || child.startsWith(parent + path.sep);
}
