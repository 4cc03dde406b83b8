/** YAML that seldom changes, parsed once: its parser takes 50 ms for the lock of images, which every command and update reads. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { PROJECT_ROOT } from "./project-root";

/** Part of the hash, as another parser may read another thing. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const PARSER = `yaml ${(require("yaml/package.json") as { readonly version: string }).version}\n`;
/** What texts said, as JSON by the hash of parser and text. */
const KEPT = path.join(PROJECT_ROOT, ".cache", "yaml");

/** In one step, because others may be reading; where nothing can be written, it is parsed again the next time. */
function keep(file: string, value: unknown): void {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(part, JSON.stringify(value));
    renameSync(part, file);
  } catch {
    // As said.
  }
}

/** A text of YAML as plain data. @throws YAMLParseError */
export function parseKept(text: string): unknown {
  const file = path.join(KEPT, `${createHash("sha256").update(PARSER).update(text).digest("hex")}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const value: unknown = parse(text);
    keep(file, value);
    return value;
  }
}
