/** How Pulumi runs in this checkout: its environment, and the stack. */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { spaceFault } from "../engines/free-space";
import { PROJECT_ROOT } from "../engines/project-root";
import { say } from "./ask";
import { backendDirectory, chooseBackend, ownPassphrase } from "./backend";
import { repairState, stateFile } from "./damaged-state";
import { OtherPassphrase } from "./no-stack";
import { dropForeignSalt } from "./salt";
import { lockDirectory, removeStaleLocks } from "./stale-lock";
import { PROJECT } from "./stack-config";
import { findToolchain, type Toolchain } from "./toolchain";

/** State and passphrase of checkouts whose user is logged in nowhere; ignored by git. */
const STATE_DIRECTORY = path.join(PROJECT_ROOT, ".state");

/**
 * Steps at once, unless the user has chosen. Pulumi's own default is four for each processor, and most of these steps only wait: on a
 * small machine services that take long to get well would keep others from being started.
 */
const PARALLEL = "32";

export interface Workspace {
  readonly toolchain: Toolchain;
  readonly stack: string;
  /** What Pulumi needs beside the caller's environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** File of the state, in a file backend. */
  readonly stateFile: string | undefined;
  /** Directory of its locks, in a file backend. */
  readonly locks: string | undefined;
  /** Lock of the command that is at work on the stack, see `alone`. */
  readonly busy: string;
}

/** Sets Pulumi up for this checkout. @throws Error when that is not possible, or a disk is full */
export async function openWorkspace(stack: string): Promise<Workspace> {
  const hadPassphrase = existsSync(ownPassphrase(STATE_DIRECTORY));
  const backend = chooseBackend(process.env, STATE_DIRECTORY);
  const directory = backendDirectory(backend.url);
  // A stack with a state has its own salt, whose passphrase was only forgotten for this once.
  const isNew = directory !== undefined && !existsSync(stateFile(directory, PROJECT, stack));
  const madePassphrase = !hadPassphrase && existsSync(ownPassphrase(STATE_DIRECTORY));
  if (isNew && madePassphrase) dropForeignSalt(stack, say);
  requireSpace([PROJECT_ROOT, ...(directory === undefined ? [] : [directory])]);
  const toolchain = await findToolchain();
  const searchPath = [...toolchain.path, process.env.PATH ?? ""].join(path.delimiter);
  const variables = {
    ...toolchain.env,
    ...(toolchain.path.length > 0 ? { PATH: searchPath } : {}),
    ...backend.variables,
    PULUMI_PARALLEL: process.env.PULUMI_PARALLEL ?? PARALLEL,
    PULUMI_STACK: stack,
  };
  const file = directory && stateFile(directory, PROJECT, stack);
  if (file) restoreState(file);
  const locks = directory && lockDirectory(directory, PROJECT, stack);
  // Beside the state where that can be, for whoever uses it from another checkout.
  const busy = path.join(directory ?? STATE_DIRECTORY, ".at-work", PROJECT, stack);
  const workspace = { toolchain, stack, variables, stateFile: file, locks, busy };
  await ensureStack(workspace);
  if (locks) passOverDead(locks);
  return workspace;
}

/** Pulumi writes the config and the state over the old ones, and cuts them off where there is no room. */
function requireSpace(directories: readonly string[]): void {
  const faults = directories.flatMap((directory) => spaceFault(directory) ?? []);
  if (faults.length > 0) throw new Error(`Nothing was changed: ${faults.join("\n")}`);
}

function restoreState(file: string): void {
  const repair = repairState(file);
  if (repair === undefined) return;
  const { copy, aside } = repair;
  const how = copy === undefined ? "no copy of it is whole, so the stack begins anew" : `it is restored from ${copy}`;
  say(`state: it was cut off, as by a full disk; ${how}`);
  say(`state: the damaged file is kept as ${aside}`);
}

/** An update that was killed must not keep the next one from starting. */
function passOverDead(locks: string): void {
  for (const pid of removeStaleLocks(locks))
    say(`state: the update of process ${pid} was killed; its lock was removed`);
}

export interface PulumiResult {
  readonly code: number;
  /** The user pressed Ctrl-C, or something asked this process to end. */
  readonly interrupted: boolean;
  /** Both empty unless they were captured. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface PulumiOptions {
  /** "show" lets the user see all of it; "stderr" moves it to standard error; "capture" keeps both. */
  readonly output: "show" | "stderr" | "capture";
  /** Text for its standard input, such as what belongs on no command line. */
  readonly input?: string;
}

const STREAMS = {
  show: ["inherit", "inherit", "inherit"],
  stderr: ["inherit", 2, "inherit"],
  capture: ["ignore", "pipe", "pipe"],
} as const;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs pulumi in the checkout. */
export const runPulumi = (
  workspace: Workspace,
  args: readonly string[],
  options: PulumiOptions,
): Promise<PulumiResult> => runPulumiIn(PROJECT_ROOT, workspace, args, options);

/** The same in another project's directory. */
export function runPulumiIn(
  directory: string,
  { toolchain, variables }: Workspace,
  args: readonly string[],
  { output, input }: PulumiOptions,
): Promise<PulumiResult> {
  const env = { ...process.env, ...variables };
  const [stdin, ...others] = STREAMS[output];
  const stdio: StdioOptions = [input === undefined ? stdin : "pipe", ...others];
  const child: ChildProcess = spawn(toolchain.pulumi, args, { cwd: directory, env, stdio });
  child.stdin?.end(input);
  const captured = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => (captured[stream] += text));
  }
  const watch = passSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const interrupted = watch.end();
      resolve({ code: code ?? 128 + (signal ? os.constants.signals[signal] : 0), interrupted, ...captured });
    });
  });
}

/** Ctrl-C reaches Pulumi by itself, other wishes to end are passed on; Pulumi decides when to end. */
function passSignals(child: ChildProcess): { end(): boolean } {
  let seen = false;
  const passOn = (signal: NodeJS.Signals): void => {
    seen = true;
    if (signal !== "SIGINT") child.kill("SIGTERM");
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  const end = (): boolean => {
    for (const signal of SIGNALS) process.off(signal, passOn);
    return seen;
  };
  return { end };
}

/** Runs pulumi where only success will do; what it printed is in front of the user. */
export async function requirePulumi(workspace: Workspace, args: readonly string[]): Promise<void> {
  const { code } = await runPulumi(workspace, args, { output: "stderr" });
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}, see above`);
}

/** Makes the stack if there is none. Nothing is selected: PULUMI_STACK names it in every command. */
export async function ensureStack(workspace: Workspace): Promise<void> {
  // A file backend keeps a stack in a file of that name; asking Pulumi would cost half a second every time.
  if (workspace.stateFile !== undefined && existsSync(workspace.stateFile)) return;
  const args = ["stack", "init", workspace.stack, "--no-select", "--non-interactive"];
  const { code, stderr } = await runPulumi(workspace, args, { output: "capture" });
  if (code === 0 || stderr.includes("already exists")) return;
  if (stderr.includes("incorrect passphrase")) throw new OtherPassphrase(workspace.stack);
  throw new Error(`the stack ${workspace.stack} could not be made:\n${stderr.trimEnd()}`);
}
