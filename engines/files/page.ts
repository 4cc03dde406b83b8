/**
 * The start page below dataDir. Its directory stays the same, because a running container holds it; a record beside it says
 * how the files were when they were written, so that an edited or deleted one is written anew (see layout.ts).
 */
import path from "node:path";
import * as layout from "./layout";

/** Name of the directory, and of the record. */
const PAGE = "start-page";

export const pageDirectory = (base: string): string => path.join(base, PAGE);
export const pageRecord = (base: string): string => layout.renderedRecord(base, PAGE);

/** What the record says of these files. */
export const pageHashes = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [name, layout.sha256(content)]));

/** Paths of files that are missing, edited or not ours; all of the directory when it was never written. */
export function pageDifferences(base: string): string[] {
  const directory = pageDirectory(base);
  const { files } = layout.readRecord(pageRecord(base));
  if (files === undefined) return [directory];
  const at = (name: string): string => path.join(directory, name);
  const hash = (name: string): string => layout.sha256(layout.readText(at(name)) ?? "");
  const changed = Object.keys(files).filter((name) => hash(name) !== files[name]);
  const foreign = layout.listFiles(directory).filter((file) => files[path.relative(directory, file)] === undefined);
  return [...changed.map(at), ...foreign];
}

/** Generation of the page: a new word while it is not as it was written. */
export const pageGeneration = (base: string): string =>
  layout.kept(pageDifferences(base).length === 0, layout.readRecord(pageRecord(base)));
