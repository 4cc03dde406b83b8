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

/** A row for each part, and the count. */
export function sbomTable(parts: readonly Part[]): string {
  const names = new Map(parts.map(({ ref, name }) => [ref, name]));
  const head = ["Kind", "Name", "Version", "Licence", "Digest", "Source"];
  const rows = parts.map((part) => rowOf(part, names));
  return `${plainTable(head, rows)}\n\n${countLine(parts)}`;
}
