/** YAML that seldom changes, parsed once: its parser takes 50 ms for the lock of images, which every command and update reads. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { sha256 } from "./files/layout";
import { writeWhole } from "./files/write";
import { PROJECT_ROOT } from "./project-root";

/** Part of the hash, as another parser may read another thing. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const PARSER = `yaml ${(require("yaml/package.json") as { readonly version: string }).version}\n`;
/** What texts said, as JSON by the hash of parser and text. */
const KEPT = path.join(PROJECT_ROOT, ".cache", "yaml");

function keep(file: string, value: unknown): void {
  try {
    writeWhole(file, JSON.stringify(value), 0o644);
  } catch {
    // Where nothing can be written, it is parsed again the next time.
  }
}

/** A text of YAML as plain data. @throws YAMLParseError */
export function parseKept(text: string): unknown {
  const file = path.join(KEPT, `${sha256(PARSER + text)}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const value: unknown = parse(text);
    keep(file, value);
    return value;
  }
}
