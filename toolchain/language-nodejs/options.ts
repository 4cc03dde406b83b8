/** The `runtime.options` of Pulumi.yaml that the official Node.js host knows. */
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** Options of one program; defaults are the official host's. */
export interface RuntimeOptions {
  /** Compile TypeScript by the SDK's own ts-node. */
  typescript: boolean;
  /** Path of tsconfig.json, relative to the program; empty: the SDK's default. */
  tsconfig: string;
  /** Arguments for `node`, before the script. */
  nodeArguments: string[];
  /** npm, yarn, pnpm or bun; "auto": by environment and lock file. */
  packageManager: string;
  /** Install without development dependencies. */
  production: boolean;
}

/** Reads the options of a request; throws naming option and value when one has the wrong type. */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const given = info?.getOptions()?.toJavaScript() ?? {};
  return {
    typescript: booleanOption(given, "typescript", true),
    tsconfig: textOption(given, "tsconfig", ""),
    nodeArguments: splitArguments(textOption(given, "nodeargs", "")),
    packageManager: textOption(given, "packagemanager", "auto"),
    production: booleanOption(given, "production", false),
  };
}

function booleanOption(given: Record<string, unknown>, name: string, fallback: boolean): boolean {
  const value = given[name] ?? fallback;
  if (typeof value === "boolean") return value;
  throw wrongType(name, value, "true or false");
}

function textOption(given: Record<string, unknown>, name: string, fallback: string): string {
  const value = given[name] ?? fallback;
  if (typeof value === "string") return value;
  throw wrongType(name, value, "a string");
}

function wrongType(name: string, value: unknown, expected: string): Error {
  return new Error(
    `Pulumi.yaml: runtime option "${name}" is ${JSON.stringify(value)}, expected ${expected}. Change it there.`,
  );
}

/** A run of quoted and plain parts, or a quote that is never closed (last alternative). */
const WORD = /(?:"(?:\\[^]|[^"\\])*"|'[^']*'|\\[^]|[^\s"'\\])+|\S/g;
const PART = /"((?:\\[^]|[^"\\])*)"|'([^']*)'|\\([^])|([^"'\\]+)/g;

/** Splits as a shell would: blanks separate, quotes and backslashes protect. Throws on a quote without its pair. */
export function splitArguments(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) => {
    if (word === '"' || word === "'" || word === "\\") {
      throw new Error(`Pulumi.yaml: runtime option "nodeargs" is ${JSON.stringify(text)}: ${word} has no pair.`);
    }
    return word.replace(
      PART,
      (_, double?: string, single?: string, escaped?: string, plain?: string) =>
        double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? plain ?? "",
    );
  });
}
