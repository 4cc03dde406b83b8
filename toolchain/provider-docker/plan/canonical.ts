/** One form for every way to write the same thing, so that values can be compared. */
import { Field, Fields, isAbsent, isRecord, Properties, UNKNOWN, Value } from "../schema/types";

const ZERO = { string: "", int: 0, bool: false } as const;

/** Canonical form: defaults filled in, zero for what is left out, sets sorted, keys in schema order. */
export function canonical(field: Field, value: Value): Value {
  if (value === UNKNOWN) return value;
  if (field.type === "list" || field.type === "set") return canonicalList(field, value);
  if (field.type === "map") return canonicalMap(value);
  if (field.type === "object") return isRecord(value) ? canonicalFields(field.fields ?? {}, value) : null;
  return isAbsent(value) ? (field.default ?? ZERO[field.type]) : value;
}

function canonicalFields(fields: Fields, value: Properties): Properties {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, canonical(field, value[key])]));
}

function canonicalList(field: Field, value: Value): Value {
  const items: readonly Value[] = Array.isArray(value) ? value : [];
  const result = items.map((item) => (field.element === undefined ? item : canonical(field.element, item)));
  return field.type === "set" ? result.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : result;
}

function canonicalMap(value: Value): Value {
  const entries = isRecord(value)
    ? Object.entries(value).filter(([key, item]) => !key.startsWith("__") && !isAbsent(item))
    : [];
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A text that is equal for equal canonical values. */
export const text = (value: Value): string => JSON.stringify(value ?? null);

/** True if both mean the same for this field. */
export const equal = (field: Field, a: Value, b: Value): boolean =>
  text(canonical(field, a)) === text(canonical(field, b));

/** True for nothing, "", 0, false, [] and {}: what an unset property reads back as. */
export function isZero(field: Field, value: Value): boolean {
  if (field.type === "object") return isAbsent(value);
  const form = canonical({ ...field, default: undefined }, value);
  return form === "" || form === 0 || form === false || text(form) === "[]" || text(form) === "{}";
}
