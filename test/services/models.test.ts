import { readFileSync } from "node:fs";
import path from "node:path";
import { KINDS, modelsOf, parseModels, type ModelKind } from "../../services/models";

const TEXT = readFileSync(path.join(__dirname, "../../catalogs/models.yaml"), "utf8");

const HASH = "0123456789abcdef".repeat(4);
const REVISION = "0123456789abcdef0123456789abcdef01234567";

/** A model of a file, as lines of YAML. */
const entry = (name: string, kind: string, role: string, more: Readonly<Record<string, string>> = {}): string => {
  const file = `${name}.bin`;
  const url = `https://example.org/repo/resolve/${REVISION}/${file}`;
  const all = { kind, role, file, url, bytes: "1", sha256: `"${HASH}"`, licence: "MIT", memoryMiB: "null", ...more };
  const lines = Object.entries({ ...all, confidence: "a test" }).filter(([, value]) => value !== "");
  return [`  ${name}:`, ...lines.map(([key, value]) => `    ${key}: ${value}`)].join("\n");
};
const KIND_NAMES = Object.keys(KINDS) as ModelKind[];
const complete = KIND_NAMES.flatMap((kind) =>
  ["default", "tiny", "good"].map((role) => entry(`${kind}-${role}`, kind, role)),
);
const catalog = (...entries: string[]): string => ["version: 1", "models:", ...entries, ""].join("\n");

describe("the catalog of models", () => {
  const models = parseModels(TEXT);

  it.each<[ModelKind, string[], string[]]>([
    [
      "llama",
      ["qwen2.5-0.5b-instruct", "smollm2-360m-instruct", "qwen3-4b-instruct-2507"],
      ["smollm2-135m-instruct", "qwen3-0.6b", "qwen3.5-4b"],
    ],
    [
      "whisper",
      ["whisper-base", "whisper-tiny", "whisper-large-v3-turbo-q5"],
      ["whisper-tiny-en", "whisper-base-en", "whisper-small-en", "whisper-large-v3-turbo"],
    ],
  ])("has a default, a tiny and a good %s model, and more", (kind, withRole, others) => {
    const all = modelsOf(models, kind);
    expect(all.filter(([, { role }]) => role !== undefined).map(([name, { role }]) => [name, role])).toEqual([
      [withRole[0], "default"],
      [withRole[1], "tiny"],
      [withRole[2], "good"],
    ]);
    expect(all.filter(([, { role }]) => role === undefined).map(([name]) => name)).toEqual(others);
  });

  it("has no SHA-256 twice, and no file of less than 50 MB, as a slip of the pen would give", () => {
    const all = Object.values(models);
    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(all.length);
    expect(all.filter(({ bytes }) => bytes < 50e6)).toEqual([]);
  });

  it("states memory beyond the size of the file, where it states any", () =>
    expect(
      Object.values(models).filter(({ memoryMiB, bytes }) => memoryMiB !== null && memoryMiB * 2 ** 20 < bytes),
    ).toEqual([]));
});

describe("a catalog of models", () => {
  it("that is complete is taken", () => expect(Object.keys(parseModels(catalog(...complete))).length).toBe(6));

  const base = (more: Readonly<Record<string, string>>): string =>
    catalog(...complete, entry("extra", "llama", "", more));
  const own = `https://example.org/repo/resolve/${REVISION}/extra.bin`;
  it.each<[string, string, string[]]>([
    ["no YAML", "a: b: c", [expect.stringMatching(/^\(file\): is no YAML: /) as string]],
    ["an empty file", "", ["(file): Invalid input: expected object, received null"]],
    ["a list", "[]", ["(file): Invalid input: expected object, received array"]],
    [
      "no default",
      catalog(...complete.slice(1)),
      ["models: no model of kind llama has role default; give it to exactly one"],
    ],
    [
      "two of a role",
      catalog(...complete, entry("extra", "whisper", "good")),
      ["models: whisper-good, extra of kind whisper has role good; give it to exactly one"],
    ],
    ["an unknown kind", base({ kind: "piper" }), [expect.stringMatching(/^models\.extra\.kind: /) as string]],
    ["an unknown key", base({ size: "1" }), ['models.extra: Unrecognized key: "size"']],
    ["a path", base({ file: "a/extra.bin" }), ["models.extra.file: is no bare file name"]],
    ["a short checksum", base({ sha256: '"0123"' }), ["models.extra.sha256: is not 64 lower-case hexadecimal digits"]],
    [
      "an upper-case checksum",
      base({ sha256: `"${HASH.toUpperCase()}"` }),
      ["models.extra.sha256: is not 64 lower-case hexadecimal digits"],
    ],
    [
      "a URL that moves",
      base({ url: "https://example.org/repo/resolve/main/extra.bin" }),
      ["models.extra.url: is no https URL of a file at a fixed revision (…/40 hexadecimal digits/FILE)"],
    ],
    [
      "a plain URL",
      base({ url: own.replace("https", "http") }),
      ["models.extra.url: is no https URL of a file at a fixed revision (…/40 hexadecimal digits/FILE)"],
    ],
    [
      "a URL of another file",
      base({ file: "other.bin" }),
      [`models.extra.url: "${own}" leads to another file than other.bin`],
    ],
    [
      "a file of two models",
      base({ file: "llama-tiny.bin", url: own.replace("extra", "llama-tiny") }),
      ['models.extra.file: "llama-tiny.bin" is also that of llama-tiny'],
    ],
    [
      "several faults, all of them",
      base({ bytes: "0", licence: '""' }),
      [
        "models.extra.bytes: Too small: expected number to be >0",
        "models.extra.licence: Too small: expected string to have >=1 characters",
      ],
    ],
  ])("with %s is refused", (_, text, faults) => {
    let found: unknown;
    try {
      parseModels(text);
    } catch (error) {
      found = (error as { faults?: unknown }).faults;
      expect((error as Error).message.split("\n")[0]).toBe("catalogs/models.yaml cannot be used:");
    }
    expect(found).toEqual(faults);
  });
});
