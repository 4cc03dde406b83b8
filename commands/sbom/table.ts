/** The list for people. Pure. */
import { plainTable } from "../table";
import { ROOT, withoutLicence, type Part } from "./part";

/** Enough to tell one from another by eye, as Docker shows it. */
const SHORT = 12;

/** Of a Python package with several files there is no one digest. */
function digestOf({ hashes = {}, properties }: Part): string {
  const content = properties.find(([name]) => name === "content-hash" || name === "go-sum")?.[1];
  const files = properties.filter(([name]) => name === "file-sha256");
  const own = hashes["SHA-256"] ?? hashes["SHA-512"] ?? content ?? (files.length === 1 ? files[0]?.[1] : undefined);
  if (own !== undefined) return own.slice(0, SHORT);
  return files.length === 0 ? "-" : `${files.length} files`;
}

/** Names of what needs it, at most two. */
function placesOf({ within }: Part, names: ReadonlyMap<string, string>): string {
  const all = within.map((ref) => (ref === ROOT ? "this program" : (names.get(ref) ?? ref)));
  return all.length > 2 ? `${all[0]} and ${all.length - 1} more` : all.join(", ");
}

const PACKAGES = ["npm", "go", "python"];

function rowOf(part: Part, names: ReadonlyMap<string, string>): string[] {
  const { kind, group, name, version, licence, source } = part;
  const place = PACKAGES.includes(kind) ? `${source}, of ${placesOf(part, names)}` : source;
  const full = group === undefined ? name : `${group}/${name}`;
  return [kind, full, version ?? "-", licence ?? "NOASSERTION", digestOf(part), place];
}

/** "N components, M without a known licence" */
export function countLine(parts: readonly Part[]): string {
  const count = parts.length === 1 ? "1 component" : `${parts.length} components`;
  return `${count}, ${withoutLicence(parts).length} without a known licence`;
}

/** Kind, digest and the spaces between columns take the same room in every row. */
const FIXED = 28;
const LEAST = 60;

/** How the other columns share what is left of a terminal's width: name, version, licence, source. */
const SHARES = [0.38, 0.2, 0.17, 0.25] as const;

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** A row whose cells fit into lines of `columns` characters; below 88 they are as short as they can be read. */
function fitted(
  [kind = "", name = "", version = "", licence = "", digest = "", source = ""]: string[],
  columns: number,
) {
  const [forName, forVersion, forLicence, forSource] = SHARES.map((share) =>
    Math.floor(share * Math.max(columns - FIXED, LEAST)),
  );
  const short = (text: string, length = LEAST): string => cut(text, length);
  return [
    kind,
    short(name, forName),
    short(version, forVersion),
    short(licence, forLicence),
    digest,
    short(source, forSource),
  ];
}

/** A row for each part, and the count. `columns`: width of the terminal; undefined: nothing is cut off, as for a pipe. */
export function sbomTable(parts: readonly Part[], columns?: number): string {
  const names = new Map(parts.map(({ ref, name }) => [ref, name]));
  const head = ["Kind", "Name", "Version", "Licence", "Digest", "Source"];
  const rows = parts.map((part) => rowOf(part, names));
  const shown = columns === undefined ? rows : rows.map((row) => fitted(row, columns));
  return `${plainTable(head, shown)}\n\n${countLine(parts)}`;
}
