/** Commands whose output can be watched and which can be interrupted as by Ctrl-C. */
import { spawn, type ChildProcess } from "node:child_process";

/** One finished command. `code` is null when it was killed; `output` is stdout and stderr as they came. */
export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
  output: string;
}

/** A command that is under way. */
export interface RunningCommand {
  process: ChildProcess;
  done: Promise<CommandResult>;
  /** Resolves to the first match in the output; is rejected with the output when the command ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Signals the whole process group, as Ctrl-C in a terminal does. */
  signal(name: NodeJS.Signals): void;
}

/** Starts a command in a process group of its own, as a terminal would, and captures its output. */
export function startCommand(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): RunningCommand {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const result: CommandResult = { code: null, stdout: "", stderr: "", output: "" };
  const watchers = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      result[stream] += text;
      result.output += text;
      watchers.forEach((watch) => watch());
    });
  }
  const done = new Promise<CommandResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...result, code }));
  });
  return {
    process: child,
    done,
    waitFor: (pattern) => waitForOutput(pattern, result, watchers, done),
    signal: (name) => void process.kill(-(child.pid ?? 0), name),
  };
}

function waitForOutput(
  pattern: RegExp,
  result: CommandResult,
  watchers: Set<() => void>,
  done: Promise<CommandResult>,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const watch = (): void => {
      const match = pattern.exec(result.output);
      if (match === null) return;
      watchers.delete(watch);
      resolve(match);
    };
    watchers.add(watch);
    watch();
    done.then(({ output }) => reject(new Error(`the command ended without printing ${pattern}:\n${output}`)), reject);
  });
}
