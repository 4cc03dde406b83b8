import { existsSync, readFileSync } from "node:fs";

/** The content of a text file, or undefined when there is none. Other errors (permission) are thrown. */
export function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
