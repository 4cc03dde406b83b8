/** Puts servers into a client's JSON and leaves everything else as it is, comments and order too: pure. */
import { isDeepStrictEqual } from "node:util";
import { applyEdits, modify, parse, printParseErrorCode, type ParseError } from "jsonc-parser";

export type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface MergeInput {
  /** Name of the file in messages. */
  readonly file: string;
  readonly text: string;
  /** Key that holds the servers. */
  readonly key: string;
  readonly entries: Entries;
  /** Entries of the same name with other content give way. */
  readonly replace: boolean;
}

/** Line and column of an offset, both from 1. */
function positionOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** In words: "PropertyNameExpected" → "property name expected". */
const words = (code: string): string => code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();

function read({ file, text }: MergeInput, comments: boolean): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: !comments, allowTrailingComma: comments });
  const [first] = errors;
  if (first === undefined) return value;
  const what = words(printParseErrorCode(first.error));
  throw new Error(
    `${file} is not valid JSON at ${positionOf(text, first.offset)}: ${what}. It was left as it is; correct it and try again`,
  );
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws Error that names what is taken */
export function refuse({ file }: MergeInput, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new Error(
    `${file} has ${names.join(", ")} with other content. It was left as it is; take the new one with --replace, or rename yours`,
  );
}

/** The text with the servers in it; unchanged when they are there. @throws Error when it is not JSON, or a name is taken */
export function mergeJson(input: MergeInput, comments: boolean): string {
  const { file, key, entries, replace } = input;
  const text = input.text.trim() === "" ? "{}\n" : input.text;
  const root = read({ ...input, text }, comments);
  const found = isObject(root) ? (root[key] ?? {}) : undefined;
  if (!isObject(found))
    throw new Error(
      `${file}: ${isObject(root) ? key : "the whole"} is not an object. It was left as it is; correct it`,
    );
  const missing = Object.entries(entries).filter(([name, entry]) => !isDeepStrictEqual(found[name], entry));
  const taken = missing.flatMap(([name]) => (found[name] === undefined ? [] : [`${key}.${name}`]));
  if (!replace) refuse(input, taken);
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return missing.reduce(
    (done, [name, entry]) => applyEdits(done, modify(done, [key, name], entry, { formattingOptions })),
    text,
  );
}
