/** How Pulumi runs in this checkout: where its state lies, its passphrase, the stack and the stack's config. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import type { Source } from "../config";
import { PROJECT_ROOT } from "../engines/images/lock";
import { findToolchain, type Toolchain } from "./toolchain";

/** Project name, as in Pulumi.yaml. */
export const PROJECT = "mcp-gateway-stack";

/** State and passphrase of checkouts whose user is logged in nowhere; ignored by git. */
const STATE_DIRECTORY = path.join(PROJECT_ROOT, ".state");

export interface Workspace {
  readonly toolchain: Toolchain;
  readonly stack: string;
  /** What Pulumi needs beside the caller's environment. */
  readonly variables: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own Pulumi home holds a login: then its backend is used, whichever it is. */
function loggedIn(home: string): boolean {
  const file = path.join(home, "credentials.json");
  if (!existsSync(file)) return false;
  const { current } = JSON.parse(readFileSync(file, "utf8")) as { current?: string };
  return Boolean(current);
}

/** Made once. Whoever loses it can no longer read the secrets in the state, so it is never replaced. */
function passphraseFile(directory: string): string {
  const file = path.join(directory, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  return file;
}

/** Variables that decide about backend and passphrase; what the user has set wins. */
export function backendVariables(env: Environment, directory: string, home: string): Record<string, string> {
  if (env.PULUMI_BACKEND_URL) return {};
  // A PULUMI_HOME of the toolchain's own knows nothing of the user's login.
  if (loggedIn(home)) return { PULUMI_CREDENTIALS_PATH: env.PULUMI_CREDENTIALS_PATH ?? home };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const chosen = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  return {
    PULUMI_BACKEND_URL: `file://${directory}`,
    ...(chosen ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(directory) }),
  };
}

/** Sets Pulumi up for this checkout. */
export async function openWorkspace(stack: string): Promise<Workspace> {
  const toolchain = await findToolchain();
  const searchPath = [...toolchain.path, process.env.PATH ?? ""].join(path.delimiter);
  const home = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
  const variables = {
    ...toolchain.env,
    ...(toolchain.path.length > 0 ? { PATH: searchPath } : {}),
    ...backendVariables(process.env, STATE_DIRECTORY, home),
    PULUMI_STACK: stack,
  };
  const workspace = { toolchain, stack, variables };
  await ensureStack(workspace);
  return workspace;
}

export interface PulumiResult {
  readonly code: number;
  /** Both empty unless they were captured. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface PulumiOptions {
  /** "show" lets the user see all of it; "stderr" moves it to standard error; "capture" keeps both. */
  readonly output: "show" | "stderr" | "capture";
}

const STREAMS = {
  show: ["inherit", "inherit", "inherit"],
  stderr: ["inherit", 2, "inherit"],
  capture: ["ignore", "pipe", "pipe"],
} as const;

/** Runs pulumi in the checkout. Ctrl-C reaches it by itself, and it decides when to end. */
export function runPulumi(
  { toolchain, variables }: Workspace,
  args: readonly string[],
  { output }: PulumiOptions,
): Promise<PulumiResult> {
  const env = { ...process.env, ...variables };
  const child = spawn(toolchain.pulumi, args, { cwd: PROJECT_ROOT, env, stdio: [...STREAMS[output]] });
  const captured = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => (captured[stream] += text));
  }
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve({ code: code ?? 128 + (signal ? os.constants.signals[signal] : 0), ...captured });
    });
  });
}

/** Runs pulumi where only success will do; what it printed is in front of the user. */
export async function requirePulumi(workspace: Workspace, args: readonly string[]): Promise<void> {
  const { code } = await runPulumi(workspace, args, { output: "stderr" });
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}, see above`);
}

/** A file backend keeps a stack in a file of that name; asking Pulumi would cost half a second every time. */
const knownStack = ({ stack, variables }: Workspace): boolean => {
  const backend = variables.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL ?? "";
  const directory = backend.startsWith("file://") ? backend.slice("file://".length) : undefined;
  const file =
    directory && path.join(directory.replace(/^~/, os.homedir()), ".pulumi/stacks", PROJECT, `${stack}.json`);
  return file !== undefined && existsSync(file);
};

/** Makes the stack if there is none. Nothing is selected: PULUMI_STACK names it in every command. */
async function ensureStack(workspace: Workspace): Promise<void> {
  if (knownStack(workspace)) return;
  const args = ["stack", "init", workspace.stack, "--no-select", "--non-interactive"];
  const { code, stderr } = await runPulumi(workspace, args, { output: "capture" });
  if (code === 0 || stderr.includes("already exists")) return;
  throw new Error(`the stack ${workspace.stack} could not be made:\n${stderr.trimEnd()}`);
}

/** File with the config of a stack. */
export const stackFile = (stack: string): string => path.join(PROJECT_ROOT, `Pulumi.${stack}.yaml`);

/** The stack's config as the program will get it; read from its file, since asking Pulumi would cost a second. */
export function stackSource(stack: string): Source {
  const file = stackFile(stack);
  const { config } = (existsSync(file) ? (parseYaml(readFileSync(file, "utf8")) ?? {}) : {}) as {
    config?: Record<string, unknown> | null;
  };
  const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith(`${PROJECT}:`));
  const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const set = Object.fromEntries(own.map(([key, value]) => [key.slice(PROJECT.length + 1), text(value)]));
  return { project: PROJECT, stack, directory: PROJECT_ROOT, set, env: process.env };
}
