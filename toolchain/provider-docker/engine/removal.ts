/** Removes what may still be in use: tries again until it is free, or the time is over. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Removal {
  /** One try; resolves to undefined when it is gone, else to why it is not. */
  readonly attempt: () => Promise<string | undefined>;
  /** The official plugin's word for "still in use". */
  readonly state: string;
  readonly timeoutMs: number;
}

const PAUSE_MS = 250;

/** Tries until the thing is gone. @throws Error in the official words, with the reason of the last try */
export async function removeWhenFree({ attempt, state, timeoutMs }: Removal): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const reason = await attempt();
    if (reason === undefined) return;
    if (Date.now() >= end)
      throw new Error(
        `timeout while waiting for state to become 'removed' (last state: '${state}', timeout: ${timeoutMs / 1000}s): ${reason}`,
      );
    await sleep(PAUSE_MS);
  }
}
