/** Runs one command to its end, as the official plugin does. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import readline from "node:readline";
import type { ResourceContext } from "../plugin/handlers";
import { Asset, type PropertyMap } from "../plugin/properties";
import { endOnCancel } from "./cancel";
import { matchingAssets } from "./globs";
import type { BaseInputs } from "./inputs";

/** What a command left behind. */
export interface CommandOutputs extends PropertyMap {
  /** Without the one trailing newline. */
  readonly stdout: string;
  readonly stderr: string;
  readonly assets?: Readonly<Record<string, Asset>>;
  readonly archive?: Asset;
}

/**
 * Runs the command and waits until its output is closed. A failing one throws with its exit status and output.
 *
 * @param previous outputs of the run before, handed over in the environment unless the inputs say otherwise
 */
export async function execute(
  command: string,
  inputs: BaseInputs,
  previous: PropertyMap,
  context: Pick<ResourceContext, "log" | "signal">,
): Promise<CommandOutputs> {
  const directory = directoryOf(inputs);
  const failed = (reason: string, output = ""): Error =>
    new Error(`${reason}: running ${JSON.stringify(command)}:\n${output}`);
  if (!fs.existsSync(directory)) throw failed(`chdir ${directory}: no such file or directory`);
  const child = start([...interpreter(inputs), command], directory, inputs, environment(inputs, previous));
  if (child instanceof Error) throw failed(child.message);
  const output = collect(child, inputs, context);
  const stopListening = endOnCancel(child, context.signal);
  // A command need not read its standard input.
  child.stdin?.on("error", () => undefined).end(inputs.stdin);
  const failure = await ending(child).finally(stopListening);
  if (failure !== undefined) throw failed(failure, output.both());
  return { ...filesOf(inputs), stdout: trimmed(output.stdout()), stderr: trimmed(output.stderr()) };
}

/** Node throws some faults at once (too long an environment) and tells others later; see {@link ending}. */
function start(
  [program = "", ...args]: readonly string[],
  cwd: string,
  { stdin }: BaseInputs,
  env: NodeJS.ProcessEnv,
): ChildProcess | Error {
  try {
    // A group of its own, so that cancelling reaches what the command itself started.
    return spawn(program, args, { cwd, env, stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"], detached: true });
  } catch (error) {
    return new Error(startFault(program, error as NodeJS.ErrnoException));
  }
}

const START_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  E2BIG: "argument list too long (environment included; addPreviousOutputInEnv: false leaves the last output out)",
};

function startFault(program: string, error: NodeJS.ErrnoException): string {
  return `fork/exec ${program}: ${START_FAULTS[error.code ?? ""] ?? error.message}`;
}

function interpreter({ interpreter: chosen }: BaseInputs): readonly string[] {
  if (chosen && chosen.length > 0) return chosen;
  return process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];
}

function environment(inputs: BaseInputs, previous: PropertyMap): NodeJS.ProcessEnv {
  const handOver = inputs.addPreviousOutputInEnv ?? true;
  return {
    ...process.env,
    ...inputs.environment,
    ...(handOver && previous.stdout ? { PULUMI_COMMAND_STDOUT: String(previous.stdout) } : {}),
    ...(handOver && previous.stderr ? { PULUMI_COMMAND_STDERR: String(previous.stderr) } : {}),
  };
}

interface Output {
  stdout(): string;
  stderr(): string;
  /** Both streams in the order in which they came. */
  both(): string;
}

function collect(
  child: ChildProcess,
  { logging = "stdoutAndStderr" }: BaseInputs,
  { log }: Pick<ResourceContext, "log">,
): Output {
  const chunks: { readonly from: "stdout" | "stderr"; readonly data: Buffer }[] = [];
  for (const from of ["stdout", "stderr"] as const) {
    const stream = child[from];
    if (!stream) continue;
    stream.on("data", (data: Buffer) => chunks.push({ from, data }));
    if (logging !== from && logging !== "stdoutAndStderr") continue;
    readline
      .createInterface({ input: stream, crlfDelay: Infinity })
      .on("line", (line) => log("info", line, { status: true }));
  }
  const text = (wanted: (from: string) => boolean): string =>
    Buffer.concat(chunks.filter(({ from }) => wanted(from)).map(({ data }) => data)).toString("utf8");
  return {
    stdout: () => text((from) => from === "stdout"),
    stderr: () => text((from) => from === "stderr"),
    both: () => text(() => true),
  };
}

/** How the command failed, in the words of Go's os/exec; undefined if it did not. */
function ending(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(startFault(child.spawnfile, error)));
    child.on("close", (code, signal) => {
      if (signal) resolve(`signal: ${signal} (${os.constants.signals[signal]})`);
      else resolve(code === 0 ? undefined : `exit status ${code}`);
    });
  });
}

/** The files that the inputs ask for, as they are now; none if their folder is gone. */
export function filesOf(inputs: BaseInputs): Pick<CommandOutputs, "assets" | "archive"> {
  const directory = directoryOf(inputs);
  const matching = (patterns: readonly string[]): Record<string, Asset> =>
    fs.existsSync(directory) ? matchingAssets(directory, patterns) : {};
  const { assetPaths, archivePaths } = inputs;
  return {
    ...(assetPaths ? { assets: matching(assetPaths) } : {}),
    ...(archivePaths ? { archive: new Asset("archive", { assets: matching(archivePaths) }) } : {}),
  };
}

function directoryOf({ dir }: BaseInputs): string {
  return dir || process.cwd();
}

function trimmed(text: string): string {
  return text.replace(/\n$/, "");
}
