/** Puts servers into a client's TOML by editing its text, since no writer keeps comments; the result is read again: pure. */
import { isDeepStrictEqual } from "node:util";
import { parse, TomlError } from "smol-toml";
import { literal } from "../../services/access";
import { isObject, refuse, type Entries, type MergeInput } from "./merge";

type Table = Readonly<Record<string, unknown>>;

/** The parser's tables have no prototype, which strict equality would count. */
const plain = (value: unknown): Table => JSON.parse(JSON.stringify(value)) as Table;

function read(file: string, text: string): Table {
  try {
    return plain(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.replace("Invalid TOML document: ", "").split("\n")[0];
    throw new Error(
      `${file} is not valid TOML at line ${error.line}, column ${error.column}: ${what}. It was left as it is; correct it and try again`,
      { cause: error },
    );
  }
}

function serversOf({ file, key }: MergeInput, root: Table): Table {
  const servers = root[key] ?? {};
  if (isObject(servers)) return servers;
  throw new Error(`${file}: ${key} is not a table. It was left as it is; correct it`);
}

/** What else a user set for a server stays his own business. */
const holds = (found: unknown, entry: Table): boolean =>
  isObject(found) && Object.entries(entry).every(([field, value]) => isDeepStrictEqual(found[field], value));

/** A table up to the next one. */
const tablePattern = (key: string, name: string): RegExp =>
  new RegExp(`^\\[${literal(key)}\\.(?:${literal(name)}|"${literal(name)}")\\][ \\t]*\\n(?:(?!\\[).*\\n?)*`, "m");

const tomlTable = (key: string, name: string, entry: Entries[string]): string =>
  `[${key}.${name}]\n${Object.entries(entry)
    .map(([field, value]) => `${field} = ${JSON.stringify(value)}\n`)
    .join("")}`;

/** New tables go to the end, where no table before can swallow them. */
function put(text: string, key: string, name: string, entry: Entries[string]): string {
  const table = tomlTable(key, name, entry);
  if (tablePattern(key, name).test(text)) return text.replace(tablePattern(key, name), () => `${table}\n`);
  return text.trim() === "" ? table : `${text.trimEnd()}\n\n${table}`;
}

/** Everything but these servers. */
function rest(input: MergeInput, root: Table): Table {
  const servers = Object.entries(serversOf(input, root)).filter(([name]) => input.entries[name] === undefined);
  return { ...root, [input.key]: Object.fromEntries(servers) };
}

/** Servers can be written in ways that the edit does not know, such as inline tables. */
function isMerged(input: MergeInput, before: Table, text: string): boolean {
  try {
    const after = plain(parse(text));
    const found = serversOf(input, after);
    const complete = Object.entries(input.entries).every(([name, entry]) => holds(found[name], entry));
    return complete && isDeepStrictEqual(rest(input, after), rest(input, before));
  } catch {
    return false;
  }
}

/** The text with the servers in it; unchanged when they are there. @throws Error when it is not TOML, or a name is taken */
export function mergeToml(input: MergeInput): string {
  const { file, key, entries, replace } = input;
  const before = read(file, input.text);
  const found = serversOf(input, before);
  const missing = Object.entries(entries).filter(([name, entry]) => !holds(found[name], entry));
  const taken = missing.flatMap(([name]) => (found[name] === undefined ? [] : [`${key}.${name}`]));
  if (!replace) refuse(input, taken);
  const text = missing.reduce((done, [name, entry]) => put(done, key, name, entry), input.text);
  if (isMerged(input, before, text)) return text;
  const tables = missing.map(([name, entry]) => tomlTable(key, name, entry)).join("\n");
  throw new Error(
    `${file} has ${key} in a form that is not edited here. It was left as it is; write by hand:\n\n${tables}`,
  );
}
