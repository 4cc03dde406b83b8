/** Puts digests into the text of the lock, and leaves its comments and layout as they are: pure. */
import { isMap, isScalar, parseDocument, stringify, type Document } from "yaml";
import { referenceParts } from "./lock";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Range of a value below pull, or undefined when it is not there. */
function valueRange(document: Document, name: string, key: string): readonly [number, number] | undefined {
  const node = document.getIn(["images", name, "pull", key], true);
  return isScalar(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}

function setValue(document: Document, name: string, key: string, value: string): Edit[] {
  const range = valueRange(document, name, key);
  return range ? [{ start: range[0], end: range[1], text: stringify(value, { lineWidth: 0 }).trimEnd() }] : [];
}

/** Removes the whole line, or lines, of a key. */
function removeKey(document: Document, text: string, name: string, key: string): Edit[] {
  const pull = document.getIn(["images", name, "pull"], true);
  const pair = isMap(pull) ? pull.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  const range = valueRange(document, name, key);
  if (!pair || !isScalar(pair.key) || !pair.key.range || !range) return [];
  const start = text.lastIndexOf("\n", pair.key.range[0]) + 1;
  const end = text.indexOf("\n", range[1]);
  return [{ start, end: end < 0 ? text.length : end + 1, text: "" }];
}

function withDigest(reference: string, digest: string): string {
  const { host, repository, tag } = referenceParts(reference) ?? { host: "", repository: "" };
  return `${host}/${repository}${tag === undefined ? "" : `:${tag}`}@${digest}`;
}

/**
 * The text with new digests, by image; says of each where it is from (`source`), and that nobody ran it. Give only images that are
 * pulled.
 */
export function withDigests(text: string, digests: Readonly<Record<string, string>>, date: string): string {
  const document = parseDocument(text);
  const edits = Object.entries(digests).flatMap(([name, digest]) => {
    const reference = String(document.getIn(["images", name, "pull", "reference"]));
    return [
      ...setValue(document, name, "reference", withDigest(reference, digest)),
      ...removeKey(document, text, name, "noDigest"),
      ...setValue(document, name, "source", "the registry, asked by npm run update"),
      ...setValue(document, name, "confidence", `the registry's own answer on ${date}`),
      ...setValue(document, name, "run", "not run"),
    ];
  });
  // From the end, so that places before stay what they are.
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((done, { start, end, text: piece }) => done.slice(0, start) + piece + done.slice(end), text);
}
