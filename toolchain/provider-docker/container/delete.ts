/** Stops and removes a container. */
import type { Engine } from "../engine/connect";
import { daemonText, isMissing, statusOf } from "../engine/errors";
import type { Properties } from "../schema/types";

/**
 * Stops it with the grace time (none: at once) and removes it with its anonymous volumes. One that is gone or going is
 * no fault.
 */
export async function deleteContainer({ docker, host }: Engine, id: string, state: Properties): Promise<void> {
  const container = docker.getContainer(id);
  const step = async (what: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (error) {
      if (isMissing(error) || isUnderWay(error)) return;
      throw new Error(`${what} ${id}: ${daemonText(error, host)}`, { cause: error });
    }
  };
  if (state["attach"] !== true) {
    const seconds = Math.max(0, Number(state["destroyGraceSeconds"] ?? 0));
    await step("Error stopping container", () => container.stop({ t: seconds }));
  }
  const v = state["removeVolumes"] !== false;
  await step("Error deleting container", () => container.remove({ force: true, v }));
  // A removal that somebody else began may still be under way.
  await step("Error waiting for container removal", () => container.wait({ condition: "removed" }));
}

/** Stopped already, or its removal has begun (by rm, for one). */
function isUnderWay(error: unknown): boolean {
  return statusOf(error) === 304 || (error as Error).message.includes("is already in progress");
}
