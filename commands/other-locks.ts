/** Locks of which this machine cannot tell whether anybody still has them. Pulumi would wait for `pulumi cancel`. */
import { requireConsent, type Consent } from "./consent";
import { isHeld, readLocks, removeLock, type Lock } from "./stale-lock";
import type { Workspace } from "./workspace";

const inWords = ({ file, holder }: Lock): string =>
  holder === undefined
    ? `${file}, which is not as Pulumi writes it`
    : `${file}, of process ${holder.pid} on ${holder.hostname}`;

/**
 * Removes the locks of other machines (or of this one under another name) and damaged ones, with consent. Those of
 * processes that run here stay for Pulumi to tell.
 *
 * @throws Error without consent
 */
export async function settleLocks({ locks }: Workspace, consent: Consent, say: (line: string) => void): Promise<void> {
  const unsure = locks === undefined ? [] : readLocks(locks).filter((lock) => !isHeld(lock));
  if (unsure.length === 0) return;
  say(`The stack is locked, and it cannot be told from here whether that update still runs:`);
  for (const lock of unsure) say(`  ${inWords(lock)}`);
  await requireConsent(consent, "Has it ended, so that its lock can be removed?", "when it has ended, add --yes");
  for (const lock of unsure) removeLock(lock);
  say(`state: removed ${unsure.length === 1 ? "that lock" : "these locks"}`);
}

/** @throws Error when an update of this machine is under way */
export function requireNoUpdate({ locks, stack }: Pick<Workspace, "locks" | "stack">): void {
  const held = locks === undefined ? undefined : readLocks(locks).find(isHeld);
  if (held?.holder === undefined) return;
  const { pid, timestamp } = held.holder;
  const since = timestamp === undefined ? "" : `. It began at ${timestamp}`;
  throw new Error(
    `Nothing was changed: process ${pid} is updating the stack ${stack}; wait for it, or end it, and try again${since}`,
  );
}
