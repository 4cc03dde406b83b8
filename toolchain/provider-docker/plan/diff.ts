/** Compares the state with the new inputs, by the rules of the official plugin: what changes, and what that replaces. */
import { Field, Fields, isAbsent, isRecord, Properties, UNKNOWN, Value } from "../schema/types";
import { canonical, equal, isZero, text } from "./canonical";

/** One difference; `path` as the protocol writes it (a.b[0]["key"]). */
export interface Change {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
}

/** All differences between what is recorded (`old`, outputs) and what is wanted (`wanted`, checked inputs). */
export function diffFields(fields: Fields, old: Properties, wanted: Properties, path = ""): Change[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    diffField(field, old[key], wanted[key], path === "" ? key : `${path}.${key}`),
  );
}

function diffField(field: Field, old: Value, wanted: Value, path: string): Change[] {
  if (field.output) return [];
  if (isLeftOut(field, old, wanted)) return [];
  if (wanted === UNKNOWN) return [change(path, old, wanted, replacesIn(field, old))];
  if (equal(field, old, wanted)) return [];
  if (field.type === "object") return diffObject(field, old, wanted, path);
  if (field.type === "list") return diffList(field, asList(old), asList(wanted), path);
  if (field.type === "set") return diffSet(field, asList(old), asList(wanted), path);
  if (field.type === "map") return diffMap(field, old, wanted, path);
  return [change(path, old, wanted, field.forceNew ?? false)];
}

/** Left out and computed, or empty where empty means "as it is": no difference, whatever the engine has. */
function isLeftOut(field: Field, old: Value, wanted: Value): boolean {
  const isList = field.type === "list" || field.type === "set" || field.type === "map";
  const empty = isAbsent(wanted) || (isList && wanted !== UNKNOWN && isZero(field, wanted));
  if (empty && field.computed) return true;
  if (field.emptyKeepsOld && (empty || wanted === "")) return true;
  return empty && field.default === undefined && isZero(field, old);
}

function change(path: string, old: Value, wanted: Value, replace: boolean): Change {
  const kind = isAbsent(wanted) ? "delete" : isAbsent(old) ? "add" : "update";
  return { path, kind, replace };
}

const asList = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
const asRecord = (value: Value): Properties => (isRecord(value) ? value : {});

function diffObject(field: Field, old: Value, wanted: Value, path: string): Change[] {
  if (isRecord(old) && isRecord(wanted)) return diffFields(field.fields ?? {}, old, wanted, path);
  return [change(path, old, wanted, (field.forceNew ?? false) || replacesIn(field, isAbsent(old) ? wanted : old))];
}

function diffMap(field: Field, old: Value, wanted: Value, path: string): Change[] {
  const [before, after] = [asRecord(old), asRecord(wanted)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
  return keys.map((key) => change(`${path}[${JSON.stringify(key)}]`, before[key], after[key], field.forceNew ?? false));
}

function diffList(field: Field, old: readonly Value[], wanted: readonly Value[], path: string): Change[] {
  const element = field.element;
  const count = Math.max(old.length, wanted.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const [before, after, at] = [old[index], wanted[index], `${path}[${index}]`];
    if (element === undefined || equal(element, before, after)) return [];
    if (isRecord(before) && isRecord(after)) return diffField(element, before, after, at);
    return [change(at, before, after, field.forceNew ?? false)];
  });
}

/** Entries that only one side has; the k-th removed and the k-th added one are shown as one change. */
function diffSet(field: Field, old: readonly Value[], wanted: readonly Value[], path: string): Change[] {
  const element = field.element;
  if (element === undefined) return [];
  const [removed, added] = [missingIn(element, old, wanted), missingIn(element, wanted, old)];
  const replace = setReplaces(
    field,
    removed.map(([item]) => item),
    added.map(([item]) => item),
  );
  const pairs = Array.from(
    { length: Math.max(removed.length, added.length) },
    (_, index) => [removed[index], added[index]] as const,
  );
  return pairs.flatMap(([before, after]) => {
    const at = `${path}[${after?.[1] ?? before?.[1] ?? 0}]`;
    const nested =
      before && after ? diffField(element, before[0], after[0], at) : [change(at, before?.[0], after?.[0], replace)];
    return nested.map((entry) => ({ ...entry, replace: replace || entry.replace }));
  });
}

/** Entries of `items` beyond those in `others`, with their index. */
function missingIn(element: Field, items: readonly Value[], others: readonly Value[]): [Value, number][] {
  const rest = others.map((item) => text(canonical(element, item)));
  return items
    .map((item, index): [Value, number] => [item, index])
    .filter(([item]) => {
      const found = rest.indexOf(text(canonical(element, item)));
      if (found >= 0) rest.splice(found, 1);
      return found < 0;
    });
}

/** A set replaces if the number of entries or any replacing part of an entry differs. */
function setReplaces(field: Field, removed: readonly Value[], added: readonly Value[]): boolean {
  if (field.element?.type !== "object") return field.forceNew ?? false;
  if (removed.length !== added.length)
    return (field.forceNew ?? false) || [...removed, ...added].some((item) => replacesIn(field.element!, item));
  const parts = (items: readonly Value[]): string =>
    text(items.map((item) => text(replacingPart(field.element!, item))).sort());
  return parts(removed) !== parts(added);
}

/** What of a value would replace if changed: fields marked so, and whether a nested block is there at all. */
function replacingPart(field: Field, value: Value): Value {
  if (field.type !== "object") return field.forceNew ? canonical(field, value) : null;
  if (!isRecord(value)) return null;
  return Object.fromEntries(
    Object.entries(field.fields ?? {}).map(([key, nested]) => [key, replacingPart(nested, value[key])]),
  );
}

/** True if taking away (or making unknown) this value replaces. */
function replacesIn(field: Field, value: Value): boolean {
  if (field.forceNew) return true;
  if (field.type === "object" && isRecord(value)) {
    return Object.entries(field.fields ?? {}).some(
      ([key, nested]) => !isZero(nested, value[key]) && replacesIn(nested, value[key]),
    );
  }
  if (field.element?.type === "object") return asList(value).some((item) => replacesIn(field.element!, item));
  return false;
}
