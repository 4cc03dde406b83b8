/** Differences between two property maps, by path: the rule of Pulumi's own object diff. */
import type { DiffKind } from "./handlers";
import { Asset, isMap, Secret, UNKNOWN, type PropertyMap, type PropertyValue } from "./properties";

/**
 * Changes from `olds` to `news`, by paths like `ports[0].internal` or `environment["a.b"]`. A secret is compared as a
 * whole, and a value that turned secret or public has changed: state must take it over. An unknown counts as changed.
 */
export function objectDiff(olds: PropertyMap, news: PropertyMap): Record<string, { kind: DiffKind }> {
  const changes: Record<string, { kind: DiffKind }> = {};
  compareMaps("", olds, news, changes);
  return changes;
}

type Changes = Record<string, { kind: DiffKind }>;

function compareMaps(path: string, olds: PropertyMap, news: PropertyMap, changes: Changes): void {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare(child(path, key), olds[key], news[key], changes);
  }
}

function compare(path: string, old: PropertyValue | undefined, now: PropertyValue | undefined, changes: Changes): void {
  // Null counts as absent, as in the engine's own comparison of inputs.
  const [a, b] = [old ?? undefined, now ?? undefined];
  if (a === undefined && b === undefined) return;
  if (a === undefined) changes[path] = { kind: "add" };
  else if (b === undefined) changes[path] = { kind: "delete" };
  else if (Array.isArray(a) && Array.isArray(b)) compareLists(path, a, b, changes);
  else if (isMap(a) && isMap(b)) compareMaps(path, a, b, changes);
  else if (!sameValue(a, b)) changes[path] = { kind: "update" };
}

function compareLists(
  path: string,
  olds: readonly PropertyValue[],
  news: readonly PropertyValue[],
  changes: Changes,
): void {
  for (let index = 0; index < Math.max(olds.length, news.length); index++) {
    compare(`${path}[${index}]`, olds[index], news[index], changes);
  }
}

function sameValue(a: PropertyValue, b: PropertyValue): boolean {
  if (a instanceof Secret && b instanceof Secret) {
    return Object.keys(objectDiff({ value: a.value }, { value: b.value })).length === 0;
  }
  if (a instanceof Asset && b instanceof Asset) {
    // Assets are equal by content: the engine fills in the hash.
    return a.kind === b.kind && a.body.hash !== undefined && a.body.hash === b.body.hash;
  }
  return a === b && a !== UNKNOWN;
}

function child(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
