/** Child processes: no shell in between, ended with us, output kept for error messages. */
import { spawn } from "node:child_process";

/** How a child is started. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the child after this many milliseconds; default: never. */
  readonly timeoutMs?: number;
  /** Called every ten seconds while the child runs, with the seconds since its start. */
  readonly onTick?: (elapsedSeconds: number) => void;
}

/** What came of it. `code` is null when a signal or the time limit ended the child. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const TICK_MS = 10_000;

/**
 * Runs a program to its end. A program that cannot be started rejects. SIGINT, SIGTERM and SIGHUP go on to the child,
 * and we end with it.
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output.stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output.stderr += chunk;
    });
    let timedOut = false;
    let signalled: NodeJS.Signals | undefined;
    const forward = (signal: NodeJS.Signals): void => {
      signalled = signal;
      child.kill(signal);
    };
    const timeout =
      options.timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, options.timeoutMs);
    const tick =
      options.onTick && setInterval(() => options.onTick?.(Math.round((Date.now() - started) / 1000)), TICK_MS);
    const settle = (): void => {
      if (timeout) clearTimeout(timeout);
      if (tick) clearInterval(tick);
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (code) => {
      settle();
      if (signalled) process.kill(process.pid, signalled);
      else resolve({ code, ...output, timedOut });
    });
  });
}

/** The last lines of a text, for an error message. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
