/**
 * The mark of a resource that was made but did not come up. As with the official plugin, the next update replaces it,
 * until a refresh has taken it as it is.
 */
import type { DiffResult } from "../../plugin/handlers";
import type { Properties } from "../schema/types";

const TAINT = "__tainted";

/** Outputs with the mark. */
export const tainted = (outputs: Properties): Properties => ({ ...outputs, [TAINT]: true });

/** Whether the state says that the resource did not come up. */
export const isTainted = (state: Properties): boolean => state[TAINT] === true;

/** A replacement for no property's sake; the official plugin names the same one. */
export const taintDiff = (): DiffResult => ({
  changes: { networkDatas: { kind: "update-replace" } },
  deleteBeforeReplace: true,
});
