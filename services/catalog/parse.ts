/** Text → data, with every fault of form as one line: file, where in it, value, what is expected and what to do. */
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { SCHEMAS, SOURCE_FILES, type CatalogData, type CatalogSources, type SourceName } from "./model";

export interface Parsed {
  /** Undefined when a fault leaves nothing to work with. */
  readonly data: CatalogData | undefined;
  readonly faults: readonly string[];
}

const SOURCES = Object.keys(SOURCE_FILES) as SourceName[];

function readYaml(source: SourceName, text: string): { value: unknown; faults: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map(({ code, message, pos: [start] }) => {
    const { line, col } = lines.linePos(start);
    const what =
      code === "DUPLICATE_KEY"
        ? `"${/^[^:\n]*/.exec(text.slice(start))?.[0]}" is there twice; remove one of them`
        : `is no YAML: ${message}; correct this line`;
    return `${SOURCE_FILES[source]}:${line}:${col}: ${what}`;
  });
  // An empty file, or one of comments only, is an empty map.
  return { value: faults.length > 0 ? undefined : (document.toJS() ?? {}), faults: [...new Set(faults)] };
}

const dig = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );

/** `server "time": volumes.0: `: which part of a file is meant. Three files hold servers at their top, two of them below `registry`. */
function place(source: SourceName, path: readonly PropertyKey[]): string {
  const below = source === "catalog" || source === "registry" ? path[0] === "registry" : true;
  const [name, ...rest] = below && (source === "catalog" || source === "registry") ? path.slice(1) : path;
  if (!below || name === undefined) return path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  return `server "${String(name)}": ${rest.length === 0 ? "" : `${rest.map(String).join(".")}: `}`;
}

const shown = (value: unknown): string => (value === undefined ? "" : `${JSON.stringify(value)} `);

function issueLines(source: SourceName, issue: z.core.$ZodIssue, value: unknown): string[] {
  const at = `${SOURCE_FILES[source]}: ${place(source, issue.path)}`;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${at}"${key}" is no key that the gateway knows; correct or remove it`);
  }
  if (issue.code === "invalid_key") return [`${at}${issue.issues[0]?.message ?? issue.message}`];
  const found = dig(value, issue.path);
  return [found === undefined ? `${at}is missing; add it` : `${at}${shown(found)}${issue.message}`];
}

/** Reads the four files; never throws for bad content. */
export function parseSources(sources: CatalogSources): Parsed {
  const faults: string[] = [];
  const read = <K extends SourceName>(source: K): CatalogData[K] | undefined => {
    const text = sources[source];
    if (text === undefined) {
      faults.push(`${SOURCE_FILES[source]}: is missing; restore it: git checkout ${SOURCE_FILES[source]}`);
      return undefined;
    }
    const yaml = readYaml(source, text);
    faults.push(...yaml.faults);
    if (yaml.faults.length > 0) return undefined;
    const result = SCHEMAS[source].safeParse(yaml.value);
    if (result.success) return result.data as CatalogData[K];
    faults.push(...result.error.issues.flatMap((issue) => issueLines(source, issue, yaml.value)));
    return undefined;
  };
  const parts = Object.fromEntries(SOURCES.map((source) => [source, read(source)]));
  return { data: faults.length === 0 ? (parts as unknown as CatalogData) : undefined, faults };
}
