/** Outputs right after creation. */
import { isAbsent, type Fields, type Properties } from "../schema/types";
import { withoutInternals } from "./check";

/**
 * What the engine says, except that given sets stay as the program wrote them: the official plugin takes over the
 * engine's form of a set (capabilities, for one) only at a refresh.
 *
 * @param alsoKept further properties with that habit
 */
export function createdOutputs(
  fields: Fields,
  inputs: Properties,
  read: Properties,
  alsoKept: readonly string[] = [],
): Properties {
  const kept = Object.entries(withoutInternals(inputs) as Properties).filter(
    ([key, value]) => !isAbsent(value) && (fields[key]?.type === "set" || alsoKept.includes(key)),
  );
  return withoutInternals({ ...read, ...Object.fromEntries(kept) }) as Properties;
}
