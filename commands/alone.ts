/** One command at a time works on a stack: each takes for left over what another one has under way, and removes it. */
import { lstatSync } from "node:fs";
import { withLock } from "../engines/images/exclusive";
import { requireNoUpdate } from "./other-locks";
import type { Workspace } from "./workspace";

const sinceWhen = (file: string): string =>
  lstatSync(file, { throwIfNoEntry: false })?.mtime.toISOString() ?? "just now";

/**
 * Does `work` while no other command of this machine works on the stack. Pulumi's own lock is not enough: `up` removes
 * containers before it has that, and `backup`, which makes them stand still, never has it.
 *
 * @throws Error that says who is at work, before anything is done
 */
export async function alone<T>({ busy, locks, stack }: Workspace, work: () => Promise<T>): Promise<T> {
  // Also one that was started as `pulumi up`, or whose command was killed.
  requireNoUpdate({ locks, stack });
  const waiting = (pid: number): never => {
    throw new Error(
      `Nothing was changed: process ${pid} is at work on the stack ${stack}; wait for it, or end it, and try again. ` +
        `It began at ${sinceWhen(busy)}; its lock is ${busy}`,
    );
  };
  return withLock(busy, process.stderr, work, { waiting });
}
