/** Processes that a test cannot leave behind, and commands that have to succeed. */
import { execFile, spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Runs a command to its end. @throws Error with its output unless it ends with 0 */
export async function command(program: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)(program, args);
}

/** Starts a process that the kernel kills when this one ends, however it ends. */
export const startBound = (args: readonly string[], stdio: StdioOptions): ChildProcess =>
  spawn("setpriv", ["--pdeathsig", "KILL", ...args], { stdio });

/** Direct children of a process; none if it is gone. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/**
 * Kills a process and waits until it is gone. If its child is the first of a process namespace, that one is killed
 * instead: it ends last of all, and the process with it.
 */
export async function killAndWait(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, "exit");
  const [first] = childrenOf(child.pid ?? 0);
  if (first === undefined) child.kill("SIGKILL");
  else process.kill(first, "SIGKILL");
  await gone;
}
