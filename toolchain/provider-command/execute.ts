/** Runs one command to its end, as the official plugin does. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import readline from "node:readline";
import type { ResourceContext } from "../plugin/handlers";
import { Asset } from "../plugin/properties";
import { matchingAssets } from "./globs";
import type { BaseInputs } from "./inputs";

/** What a command left behind. */
export interface CommandOutputs {
  /** Without the one trailing newline. */
  readonly stdout: string;
  readonly stderr: string;
  readonly assets?: Readonly<Record<string, Asset>>;
  readonly archive?: Asset;
}

/** Time between the polite and the final signal of a cancelled command. */
const KILL_AFTER_MS = 2_000;

/**
 * Runs the command and waits until its output is closed. A failing one throws with its exit status and output.
 *
 * @param previous outputs of the run before, handed over in the environment unless the inputs say otherwise
 */
export async function execute(
  command: string,
  inputs: BaseInputs,
  previous: Partial<CommandOutputs>,
  context: Pick<ResourceContext, "log" | "signal">,
): Promise<CommandOutputs> {
  const directory = inputs.dir ?? process.cwd();
  if (!fs.existsSync(directory))
    throw new Error(`chdir ${directory}: no such file or directory: running ${JSON.stringify(command)}:\n`);
  const [program = "", ...args] = [...interpreter(inputs), command];
  const child = spawn(program, args, {
    cwd: directory,
    env: environment(inputs, previous),
    stdio: [inputs.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    // A group of its own, so that cancelling reaches what the command itself started.
    detached: true,
  });
  const output = collect(child, inputs, context);
  const stopListening = endOnCancel(child, context.signal);
  // A command need not read its standard input.
  child.stdin?.on("error", () => undefined).end(inputs.stdin);
  const failure = await ending(child).finally(stopListening);
  if (failure !== undefined) throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${output.both()}`);
  return { ...files(directory, inputs), stdout: trimmed(output.stdout()), stderr: trimmed(output.stderr()) };
}

function interpreter({ interpreter: chosen }: BaseInputs): readonly string[] {
  if (chosen && chosen.length > 0) return chosen;
  return process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];
}

function environment(inputs: BaseInputs, previous: Partial<CommandOutputs>): NodeJS.ProcessEnv {
  const handOver = inputs.addPreviousOutputInEnv ?? true;
  return {
    ...process.env,
    ...inputs.environment,
    ...(handOver && previous.stdout ? { PULUMI_COMMAND_STDOUT: previous.stdout } : {}),
    ...(handOver && previous.stderr ? { PULUMI_COMMAND_STDERR: previous.stderr } : {}),
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
    child.on("error", (error: NodeJS.ErrnoException) => {
      resolve(`fork/exec ${child.spawnfile}: ${error.code === "ENOENT" ? "no such file or directory" : error.message}`);
    });
    child.on("close", (code, signal) => {
      if (signal) resolve(`signal: ${signal} (${os.constants.signals[signal]})`);
      else resolve(code === 0 ? undefined : `exit status ${code}`);
    });
  });
}

/** Ends the command's whole group when the update is cancelled. */
function endOnCancel(child: ChildProcess, signal: AbortSignal): () => void {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Gone already.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    send("SIGTERM");
    timer = setTimeout(() => send("SIGKILL"), KILL_AFTER_MS);
  };
  // A plugin that exits in the meantime takes the command with it.
  const kill = (): void => {
    if (timer) send("SIGKILL");
  };
  signal.addEventListener("abort", cancel, { once: true });
  process.on("exit", kill);
  if (signal.aborted) cancel();
  return () => {
    signal.removeEventListener("abort", cancel);
    process.off("exit", kill);
    clearTimeout(timer);
  };
}

function files(
  directory: string,
  { assetPaths, archivePaths }: BaseInputs,
): Pick<CommandOutputs, "assets" | "archive"> {
  return {
    ...(assetPaths ? { assets: matchingAssets(directory, assetPaths) } : {}),
    ...(archivePaths ? { archive: new Asset("archive", { assets: matchingAssets(directory, archivePaths) }) } : {}),
  };
}

function trimmed(text: string): string {
  return text.replace(/\n$/, "");
}
