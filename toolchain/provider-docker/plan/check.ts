/** Checks inputs against the schema before anything is created, and fills in the defaults. */
import { Field, Fields, isAbsent, isRecord, Properties, UNKNOWN, Value } from "../schema/types";
import { closest } from "./closest";

/** One fault: the dotted property and what is wrong with it, with the way out. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Marks what came from defaults at each level, as the official plugin does, so that states can move between both. */
export const DEFAULTS = "__defaults";

/** What the plugin protocol adds to inputs; never a property of a resource. */
const isInternal = (key: string): boolean => key.startsWith("__");

const EXPECTED: Record<Field["type"], string> = {
  string: "a string",
  int: "a whole number",
  bool: "true or false",
  list: "a list",
  set: "a list",
  map: "a map of strings",
  object: "an object",
};

/** Checks one level of properties; `path` is the dotted prefix. Faults are added to `failures`, all of them. */
export function checkFields(fields: Fields, given: Properties, path: string, failures: Failure[]): Properties {
  const result: Record<string, Value> = {};
  for (const [key, value] of Object.entries(given)) {
    if (isInternal(key) || isAbsent(value)) continue;
    const field = fields[key];
    if (field === undefined) failures.push({ property: path + key, reason: unknownProperty(key, fields) });
    else result[key] = checkField(field, value, path + key, failures);
    if (field !== undefined) checkRelations(field, key, given, path, failures);
  }
  addDefaults(fields, result, path, failures);
  return result;
}

function unknownProperty(key: string, fields: Fields): string {
  const inputs = Object.keys(fields).filter((name) => !fields[name]?.output);
  const near = closest(key, inputs);
  return near === undefined
    ? `there is no property '${key}'; remove it`
    : `there is no property '${key}'; did you mean '${near}'?`;
}

function checkRelations(field: Field, key: string, given: Properties, path: string, failures: Failure[]): void {
  if (field.output)
    failures.push({ property: path + key, reason: `'${key}' is an output and cannot be set; remove it` });
  if (field.unsupported !== undefined)
    failures.push({ property: path + key, reason: `'${key}' is not supported by the stand-in: ${field.unsupported}` });
  for (const other of field.conflicts ?? []) {
    if (!isAbsent(given[other]))
      failures.push({ property: path + key, reason: `'${key}' conflicts with '${other}'; set one of them` });
  }
}

function addDefaults(fields: Fields, result: Record<string, Value>, path: string, failures: Failure[]): void {
  const defaulted: string[] = [];
  for (const [key, field] of Object.entries(fields)) {
    if (result[key] !== undefined) continue;
    if (field.default !== undefined) {
      result[key] = field.default;
      defaulted.push(key);
    } else if (field.required) {
      failures.push({ property: path + key, reason: `'${key}' is required; set it to ${EXPECTED[field.type]}` });
    }
  }
  result[DEFAULTS] = defaulted;
}

function checkField(field: Field, value: Value, path: string, failures: Failure[]): Value {
  if (value === UNKNOWN) return value;
  if (field.type === "object" && isRecord(value)) return checkFields(field.fields ?? {}, value, `${path}.`, failures);
  if ((field.type === "list" || field.type === "set") && Array.isArray(value)) {
    return value.map((item: Value, index) => checkElement(field.element, item, `${path}[${index}]`, failures));
  }
  if (field.type === "map" && isRecord(value)) return checkMap(field, value, path, failures);
  if (!hasScalarType(field, value)) {
    failures.push({ property: path, reason: `expected ${EXPECTED[field.type]}, got ${describe(value)}` });
    return value;
  }
  const wrong = field.check?.(value as string | number);
  if (wrong !== undefined) failures.push({ property: path, reason: wrong });
  return value;
}

function checkElement(element: Field | undefined, item: Value, path: string, failures: Failure[]): Value {
  if (element === undefined) return item;
  if (isAbsent(item)) {
    failures.push({ property: path, reason: `expected ${EXPECTED[element.type]}, got nothing; remove the entry` });
    return item;
  }
  return checkField(element, item, path, failures);
}

function checkMap(field: Field, value: Properties, path: string, failures: Failure[]): Properties {
  const entries = Object.entries(value).filter(([key, item]) => !isInternal(key) && !isAbsent(item));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, checkElement(field.element, item, `${path}.${key}`, failures)]),
  );
}

function hasScalarType(field: Field, value: Value): boolean {
  if (field.type === "string") return typeof value === "string";
  if (field.type === "bool") return typeof value === "boolean";
  return field.type === "int" && typeof value === "number" && Number.isInteger(value);
}

/** Names the kind of a value; shows numbers and flags, never text, which may be a secret. */
function describe(value: Value): string {
  if (typeof value === "string") return "a string";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : String(value);
}

/** The same tree without the marks of the protocol, which belong to inputs only. */
export function withoutInternals(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutInternals);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !isInternal(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutInternals(item)]));
}
