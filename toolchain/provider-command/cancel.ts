/** What a cancelled update does to a running command. */
import type { ChildProcess } from "node:child_process";

/** Time between the polite and the final signal of a cancelled command. */
const KILL_AFTER_MS = 2_000;

/**
 * Ends the command's whole group when the update is cancelled. What the command started may outlive it, so the final
 * signal is sent even if the command itself has ended by then.
 *
 * @returns what to call when the command has ended
 */
export function endOnCancel(child: ChildProcess, signal: AbortSignal): () => void {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Gone already.
    }
  };
  const kill = (): void => {
    process.off("exit", kill);
    send("SIGKILL");
  };
  const cancel = (): void => {
    send("SIGTERM");
    setTimeout(kill, KILL_AFTER_MS).unref();
    // A plugin that exits in the meantime takes the group with it.
    process.on("exit", kill);
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  return () => signal.removeEventListener("abort", cancel);
}
