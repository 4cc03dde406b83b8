/** Files by glob patterns, with the rules of the official plugin (github.com/gobwas/glob, separator "/"). */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Asset } from "../plugin/properties";

/**
 * Files below a folder as assets, by their path relative to it. Patterns apply in order; one that starts with "!"
 * takes files out again. Folders are never included.
 *
 * @throws Error naming the pattern, if one cannot be read
 */
export function matchingAssets(directory: string, patterns: readonly string[]): Record<string, Asset> {
  const rules = patterns.map((pattern) => ({
    excludes: pattern.startsWith("!"),
    expression: globExpression(pattern.replace(/^!/, "")),
  }));
  const included = (file: string): boolean =>
    rules.reduce((so, { excludes, expression }) => (expression.test(file) ? !excludes : so), false);
  const files = filesBelow(directory, "").filter(included);
  return Object.fromEntries(files.map((file) => [file, fileAsset(path.posix.join(directory, file))]));
}

function fileAsset(file: string): Asset {
  const hash = crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  return new Asset("asset", { path: file, hash });
}

function filesBelow(root: string, folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(root, name) : [name];
    })
    .sort();
}

/**
 * The pattern as a regular expression: `*` and `?` stop at "/", `**` does not, `[a-z]`, `[!a-z]`, `{one,two}`, and a
 * backslash takes the next character as it is.
 */
export function globExpression(pattern: string): RegExp {
  const tokens = pattern.match(/\*\*+|\\[^]|\[[^\]]*\]|[^]/g) ?? [];
  let depth = 0;
  const source = tokens
    .map((token) => {
      if (token.startsWith("**")) return "[^]*";
      if (token.startsWith("\\") && token.length === 2) return escape(token.slice(1));
      if (token.startsWith("[") && token.length > 1) return token.replace(/^\[!/, "[^").replace(/\\/g, "\\\\");
      if (token === "*") return "[^/]*";
      if (token === "?") return "[^/]";
      if (token === "{") return (depth++, "(?:");
      if (token === "}" && depth > 0) return (depth--, ")");
      return token === "," && depth > 0 ? "|" : escape(token);
    })
    .join("");
  if (depth > 0) throw new Error(`the glob pattern "${pattern}" has a "{" without "}"`);
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
