/** Child processes: no shell in between, ended with us, output kept for error messages. */
import { spawn, type ChildProcess } from "node:child_process";

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
    // Before the child is there: a signal that comes while it starts must reach it, too.
    const stopWatching = watch((signal) => signalGroup(child, signal), options);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that the time limit ends what the child started, too.
      detached: true,
    });
    const output = { stdout: "", stderr: "" };
    for (const from of ["stdout", "stderr"] as const) {
      child[from].setEncoding("utf8").on("data", (chunk: string) => {
        output[from] += chunk;
      });
    }
    child.on("error", (error) => {
      stopWatching();
      reject(error);
    });
    child.on("close", (code) => {
      const { signalled, timedOut } = stopWatching();
      if (signalled) process.kill(process.pid, signalled);
      else resolve({ code, ...output, timedOut });
    });
  });
}

/** What ended a child before its time. */
interface Interruption {
  readonly signalled?: NodeJS.Signals;
  readonly timedOut: boolean;
}

/** Hands our signals on, ends the child when its time is over, and ticks; the result stops that. */
function watch(send: (signal: NodeJS.Signals) => void, { timeoutMs, onTick }: RunOptions): () => Interruption {
  const started = Date.now();
  let signalled: NodeJS.Signals | undefined;
  let timedOut = false;
  const forward = (signal: NodeJS.Signals): void => {
    signalled = signal;
    send(signal);
  };
  const timeout = setTimeout(() => {
    timedOut = true;
    send("SIGKILL");
  }, timeoutMs);
  if (timeoutMs === undefined) clearTimeout(timeout);
  const tick = setInterval(() => onTick?.(Math.round((Date.now() - started) / 1000)), TICK_MS);
  for (const signal of SIGNALS) process.on(signal, forward);
  return () => {
    clearTimeout(timeout);
    clearInterval(tick);
    for (const signal of SIGNALS) process.off(signal, forward);
    return { signalled, timedOut };
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended in this moment.
  }
}

/** The last lines of a text, for an error message. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
