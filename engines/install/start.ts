/** Starts dockerd as a process of its own, and waits until an engine answers. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Tail } from "../images/run";
import { askEngine } from "../locate/ask";
import { systemPath } from "./facts";

/** A daemon to start. */
export interface Daemon {
  readonly program: string;
  readonly args: readonly string[];
  /** File that its output is appended to. */
  readonly log: string;
}

/** A daemon that was started: its process, and what it has logged since. */
export interface Started {
  readonly pid: number;
  /** Why it ended; undefined while it runs. */
  readonly ended: () => string | undefined;
  /** Last lines of its log. */
  readonly lastLines: () => string;
}

/** Waiting time between two questions to the engine: short against the second that it takes to start. */
const PAUSE_MS = 250;
/** How long one question may take. */
const ANSWER_MS = 2_000;

function watch(child: ChildProcess): () => string | undefined {
  let end: string | undefined;
  child.on("error", (error) => (end = `cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => (end = `ended with ${signal ?? `code ${code}`}`));
  return () => end;
}

/** Starts a daemon that outlives us, in a session of its own so that Ctrl-C does not reach it. */
export function startDaemon({ program, args, log }: Daemon): Started {
  const before = existsSync(log) ? statSync(log).size : 0;
  const output = openSync(log, "a", 0o640);
  const env = { ...process.env, PATH: systemPath(process.env.PATH ?? "") };
  const child = spawn(program, args, { detached: true, cwd: "/", env, stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = watch(child);
  child.unref();
  const lastLines = (): string => {
    const tail = new Tail();
    tail.add(readFileSync(log).subarray(before).toString());
    return tail.toString();
  };
  return { pid: child.pid ?? 0, ended, lastLines };
}

/** Waits for an answer at `socket`; `ended` says early that none will come. @returns undefined, or why there is none */
export async function waitForEngine(
  socket: string,
  seconds: number,
  ended: () => string | undefined = () => undefined,
): Promise<string | undefined> {
  const limit = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await askEngine({ kind: "unix", path: socket }, ANSWER_MS);
    if ("id" in answer) return undefined;
    const end = ended();
    if (end !== undefined) return end;
    if (Date.now() >= limit) return `does not answer at ${socket} after ${seconds} s (${answer.reason})`;
    await sleep(PAUSE_MS);
  }
}
