/**
 * What the gateway makes of `{{server.key|filter}}`: its rules (mcp-gateway v0.43.3, pkg/eval), since a stack without the
 * engine's socket starts the servers itself, and they have to get the same.
 */

type Config = Readonly<Record<string, unknown>>;
/** A list stays one as long as it is the whole expression. */
type Value = string | readonly string[];

/** The gateway leaves a filter that it does not know out, without a word. */
export const FILTERS = ["volume", "volume-target", "into", "first", "last", "or:VALUE", "mount_as:TARGET"];

const isObject = (value: unknown): value is Config => typeof value === "object" && value !== null;

function dig(config: Config, key: string): Value {
  const value = key
    .split(".")
    .reduce<unknown>((inner, part) => (isObject(inner) ? inner[part.trim()] : undefined), config);
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.map(String) : String(value);
}

/** As Go prints it. */
const text = (value: Value): string => (typeof value === "string" ? value : `[${value.join(" ")}]`);

const each = (value: Value, change: (one: string) => string): Value =>
  typeof value === "string" ? change(value) : value.map(change);

const one = (value: Value, index: 0 | -1): string =>
  typeof value === "string" ? value : (value.at(index === 0 ? 0 : -1) ?? "");

function orElse(value: Value, fallback: string): Value {
  if (value.length > 0) return value;
  const isList = typeof value !== "string" && /^\[.*\]$/s.test(fallback);
  if (!isList) return fallback;
  return fallback === "[]" ? [] : fallback.slice(1, -1).split(",");
}

function mountAs(value: Value, target: string): string {
  const source = one(value, 0);
  return source === "" ? "" : `${source}:${target.trim()}`;
}

function applied(value: Value, filter: string): Value {
  const [name = "", argument = ""] = filter.trim().split(/:(.*)/s);
  switch (name) {
    case "volume":
      return each(value, (path) => (path === "" ? "" : `${path}:${path}`));
    case "into":
      return typeof value === "string" ? [value] : value;
    case "first":
      return one(value, 0);
    case "last":
      return one(value, -1);
    case "or":
      return orElse(value, argument);
    case "mount_as":
      return mountAs(value, argument);
    default:
      return value; // volume-target changes paths of Windows alone
  }
}

/** Parts of an expression: gaps, and what is between them. A brace alone is dropped, as by the gateway. */
const terms = (expression: string): string[] => expression.match(/\{\{.*?\}\}|[^{}]+/g) ?? [];
const gapOf = (term: string): string | undefined => /^\{\{(.*?)\}\}$/.exec(term)?.[1];

function evaluatedTerm(term: string, config: Config): Value {
  const gap = gapOf(term);
  if (gap === undefined) return term;
  const [key = "", ...filters] = gap.split("|");
  return filters.reduce(applied, dig(config, key));
}

/** One text, as for a variable or a user. `config` is config.yaml as a whole. */
export const evaluatedText = (expression: string, config: Config): string =>
  terms(expression)
    .map((term) => text(evaluatedTerm(term, config)))
    .join("");

/** The texts of one item of a list, as for an argument or a volume: several for a list; `""` where there is no value. */
export function evaluated(expression: string, config: Config): readonly string[] {
  const [only = "", ...others] = terms(expression);
  return others.length === 0 ? [evaluatedTerm(only, config)].flat() : [evaluatedText(expression, config)];
}

/** Filters of an expression that the gateway does not know. */
export function unknownFilters(expression: string): string[] {
  const known = /^(volume|volume-target|into|first|last|or:.*|mount_as:.*)$/s;
  const filters = terms(expression).flatMap((term) => (gapOf(term) ?? "").split("|").slice(1));
  return filters.map((filter) => filter.trim()).filter((filter) => !known.test(filter));
}
