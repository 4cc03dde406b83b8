/** What the list consists of: one entry for each image, package and model, whatever names it. Pure. */
import { Contrib } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import parseExpression from "spdx-expression-parse";

export type Kind = "image" | "npm" | "go" | "python" | "model";

/** An image, a package or a model. */
export interface Part {
  readonly kind: Kind;
  /** Unique in the list: its package URL, or for what has none a name of ours. */
  readonly ref: string;
  readonly purl?: string;
  /** Scope of an npm package, such as @pulumi. */
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  /** As its source states it; undefined: not known. */
  readonly licence?: string;
  /** Of the whole artefact: algorithm as CycloneDX names it → hexadecimal digits. */
  readonly hashes?: Readonly<Partial<Record<"SHA-256" | "SHA-512", string>>>;
  /** Where it comes from, in a word or two. */
  readonly source: string;
  /** Undefined: required. excluded: for tests and development alone. */
  readonly scope?: "optional" | "excluded";
  /** Address that anybody may know. */
  readonly url?: string;
  /** Names without the prefix `mcp-stack:`; a name may be there more than once. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  /** Refs of what needs it: ROOT, or images. */
  readonly within: readonly string[];
}

/** Ref of the stack itself. */
export const ROOT = "mcp-gateway-stack";

/** A package URL. @throws Error for parts that no package URL can have */
export function packageUrl(
  type: string,
  name: string,
  rest: {
    readonly namespace?: string;
    readonly version?: string;
    readonly qualifiers?: Record<string, string>;
    readonly subpath?: string;
  } = {},
): string {
  return new PackageURL(type, rest.namespace, name, rest.version, rest.qualifiers, rest.subpath).toString();
}

/** Turns the text of a licence into the library's object for it. */
export const licenceOf = (text: string) => licences.makeFromString(text);
const licences = new Contrib.License.Factories.LicenseFactory((text) => void parseExpression(text));

/** A licence as a lock states it; undefined for texts that only point to a file (npm: "SEE LICENSE IN …") or say nothing. */
export const statedLicence = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === "" || /^SEE LICEN[CS]E IN /i.test(text) ? undefined : text;

const SCOPES = ["excluded", "optional", undefined] as const;

/** What is needed anywhere is needed. */
const wider = (one: Part["scope"], other: Part["scope"]): Part["scope"] =>
  SCOPES[Math.max(SCOPES.indexOf(one), SCOPES.indexOf(other))];

const united = <T>(one: readonly T[], other: readonly T[], key: (item: T) => string): T[] => [
  ...new Map([...one, ...other].map((item) => [key(item), item])).values(),
];

const joined = (one: Part, other: Part): Part => ({
  ...one,
  licence: one.licence ?? other.licence,
  scope: wider(one.scope, other.scope),
  properties: united(one.properties, other.properties, (property) => property.join("\0")),
  within: united(one.within, other.within, (place) => place),
});

const KINDS: readonly Kind[] = ["image", "model", "npm", "go", "python"];

/** By code point, so that the order is the same on every machine. */
const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Each part once, sorted by kind and ref; what several locks say of one is put together. */
export function mergedParts(parts: readonly Part[]): Part[] {
  const merged = new Map<string, Part>();
  for (const part of parts) {
    const before = merged.get(part.ref);
    merged.set(part.ref, before === undefined ? part : joined(before, part));
  }
  return [...merged.values()].sort(
    (one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || compared(one.ref, other.ref),
  );
}

/** Parts whose licence is not known. */
export const withoutLicence = (parts: readonly Part[]): Part[] => parts.filter(({ licence }) => licence === undefined);
