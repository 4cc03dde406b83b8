/** Labels: pairs for Pulumi, a map for the engine. */
import { isRecord, type Properties, type Value } from "./schema/types";

type Labels = Readonly<Record<string, string>>;

/** Pairs as the engine wants them. */
export function labelMap(pairs: Value): Record<string, string> {
  const list = Array.isArray(pairs) ? (pairs as readonly Value[]).filter(isRecord) : [];
  return Object.fromEntries(list.map(({ label, value }) => [String(label), String(value)]));
}

/** A map as Pulumi's state has it, by name. */
export function labelPairs(labels: Labels | null | undefined): Properties[] {
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}

/** Whether both are the same and say anything at all. */
export function sameLabels(found: Labels | null, wanted: Labels): boolean {
  const keys = Object.keys(wanted);
  return (
    keys.length > 0 &&
    keys.length === Object.keys(found ?? {}).length &&
    keys.every((key) => found?.[key] === wanted[key])
  );
}
