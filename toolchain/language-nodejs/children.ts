/** The processes that this host started (programs, package managers), so that none is left behind. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

/** Time a process has between SIGINT and SIGKILL: below the 5 s after which the CLI kills this host itself. */
const GRACE_MS = 4_000;

const running = new Set<ChildProcess>();

/** How a process ended: exactly one of the two is not null, as in Node's own `exit` event. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Starts a process; `ended` is rejected if it cannot be started. Its stdin is empty, as with the official host. */
export function startChild(
  command: string,
  args: string[],
  options: SpawnOptions,
): { child: ChildProcess; ended: Promise<ChildEnd> } {
  const child = spawn(command, args, options);
  running.add(child);
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  }).finally(() => running.delete(child));
  return { child, ended };
}

/** Interrupts every running process, kills what is left after the grace period, resolves when all have ended. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    child.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGINT");
  });
}
