/** Names for resources whose program leaves `name` out: "LOGICAL-" and seven hex digits, as the official plugin makes them. */
import { createHash, randomBytes } from "node:crypto";
import { Properties, Value } from "../schema/types";
import { DEFAULTS } from "./check";

/** What the engine says about naming: a name it proposes, or that names must be given. */
export interface Autonaming {
  readonly proposedName: string;
  readonly mode: "propose" | "enforce" | "disable";
}

export interface NameRequest {
  readonly logicalName: string;
  readonly given: Properties;
  readonly old: Properties;
  readonly seed: Uint8Array;
  readonly autonaming?: Autonaming;
}

/** Longest name that the official plugin makes. */
const MAX_LENGTH = 255;

/** True if the program did not give the name. Without the mark of defaults the official plugin assumes an automatic one. */
export function isAutoNamed(inputs: Properties): boolean {
  const defaults: Value = inputs[DEFAULTS];
  return !Array.isArray(defaults) || defaults.includes("name");
}

/** The automatic name: the earlier one if there was one, else a new one; undefined when the stack's settings forbid it. */
export function autoName(request: NameRequest): string | undefined {
  const old = request.old["name"];
  if (typeof old === "string" && isAutoNamed(request.old)) return old;
  if (request.autonaming?.mode === "disable") return undefined;
  if (request.autonaming !== undefined) return request.autonaming.proposedName;
  const seed = request.seed.length > 0 ? request.seed : randomBytes(32);
  const suffix = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  return `${request.logicalName.slice(0, MAX_LENGTH - 8)}-${suffix}`;
}
