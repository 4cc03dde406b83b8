import { readFileSync } from "node:fs";
import path from "node:path";
import { chooseModel, type ModelSettings } from "../../services/model-choice";
import { parseModels, type ModelKind } from "../../services/models";

const models = parseModels(readFileSync(path.join(__dirname, "../../catalogs/models.yaml"), "utf8"));

const choose = (config: ModelSettings, env: Record<string, string> = {}, kind: ModelKind = "llama") =>
  chooseModel(kind, config, env, models);
const faults = (config: ModelSettings, env: Record<string, string> = {}, kind: ModelKind = "llama") => {
  const { choice, faults: found } = choose(config, env, kind);
  expect(choice === undefined).toBe(found.length > 0);
  return found;
};

const OWN = "https://models.lan/own.gguf";
const HASH = "0123456789abcdef".repeat(4);
const nothing = { name: undefined, bytes: undefined, licence: undefined, memoryMiB: undefined };

describe("the choice of a model", () => {
  it.each<[ModelKind, string, string]>([
    ["llama", "qwen2.5-0.5b-instruct", "qwen2.5-0.5b-instruct-q4_k_m.gguf"],
    ["whisper", "whisper-base", "ggml-base.bin"],
  ])("is the default of its kind when nothing is set (%s)", (kind, name, file) => {
    const { kind: _, role: __, confidence: ___, licence, memoryMiB, ...facts } = models[name]!;
    expect(choose({}, {}, kind)).toEqual({
      choice: {
        ...facts,
        kind,
        name,
        file,
        licence,
        memoryMiB: memoryMiB ?? undefined,
        token: "HF_TOKEN",
      },
      faults: [],
    });
  });

  it("is the named one of the catalog", () =>
    expect(choose({ model: "qwen3-4b-instruct-2507" }).choice).toMatchObject({
      name: "qwen3-4b-instruct-2507",
      bytes: 2497280736,
    }));

  it("is an own one by its URL, with the file name of the URL and a token of its own", () =>
    expect(choose({ url: `${OWN}?download=true` }).choice).toEqual({
      ...nothing,
      kind: "llama",
      file: "own.gguf",
      url: `${OWN}?download=true`,
      sha256: undefined,
      token: "LLAMA_CPP_MODEL_TOKEN",
    }));

  it("is an own one with name and checksum, in whatever case it is written", () =>
    expect(
      choose({ url: "https://huggingface.co/a/b", file: "c.bin", sha256: HASH.toUpperCase() }, {}, "whisper"),
    ).toEqual({
      choice: {
        ...nothing,
        kind: "whisper",
        file: "c.bin",
        url: "https://huggingface.co/a/b",
        sha256: HASH,
        token: "HF_TOKEN",
      },
      faults: [],
    }));

  it("decodes the file name of a URL", () =>
    expect(choose({ url: "https://models.lan/a%2Bb.gguf" }).choice?.file).toBe("a+b.gguf"));

  it.each<[string, ModelSettings, Record<string, string>, string | undefined]>([
    ["config before the environment", { url: OWN }, { LLAMA_CPP_MODEL_URL: "https://env.lan/e.gguf" }, "own.gguf"],
    ["no mixture of both", { url: OWN }, { LLAMA_CPP_MODEL_FILE: "e.gguf" }, "own.gguf"],
    ["a name before the environment", { model: "qwen3-0.6b" }, { LLAMA_CPP_MODEL_URL: OWN }, "Qwen3-0.6B-Q8_0.gguf"],
    ["the environment before the default", {}, { LLAMA_CPP_MODEL_URL: "https://env.lan/e.gguf" }, "e.gguf"],
    ["file and URL of the environment", {}, { LLAMA_CPP_MODEL_URL: OWN, LLAMA_CPP_MODEL_FILE: "e.gguf" }, "e.gguf"],
    ["nothing for empty variables", {}, { LLAMA_CPP_MODEL_URL: "" }, "qwen2.5-0.5b-instruct-q4_k_m.gguf"],
    ["nothing of the other kind", {}, { WHISPER_CPP_MODEL_URL: OWN }, "qwen2.5-0.5b-instruct-q4_k_m.gguf"],
  ])("takes %s", (_, config, env, file) => expect(choose(config, env).choice?.file).toBe(file));

  it("takes the checksum of config for a URL of the environment", () =>
    expect(choose({ sha256: HASH }, { LLAMA_CPP_MODEL_URL: OWN }).choice?.sha256).toBe(HASH));

  const qwen = models["qwen3-0.6b"]!;
  it.each<[string, ModelSettings, Record<string, string>]>([
    ["URL", { url: qwen.url }, {}],
    ["file", { file: qwen.file }, {}],
    ["file in the environment", {}, { LLAMA_CPP_MODEL_FILE: qwen.file }],
  ])("knows what the catalog knows by its %s", (_, config, env) =>
    expect(choose(config, env)).toEqual(choose({ model: "qwen3-0.6b" })),
  );

  it("believes the user's checksum more than the catalog", () =>
    expect(choose({ url: qwen.url, sha256: HASH }).choice).toMatchObject({
      ...nothing,
      sha256: HASH,
      file: qwen.file,
    }));
});

describe("a wrong choice names its key:", () => {
  const llamas =
    "qwen2.5-0.5b-instruct, smollm2-360m-instruct, qwen3-4b-instruct-2507, smollm2-135m-instruct, qwen3-0.6b, qwen3.5-4b";
  const whispers =
    "whisper-base, whisper-tiny, whisper-large-v3-turbo-q5, whisper-tiny-en, whisper-base-en, whisper-small-en, " +
    "whisper-large-v3-turbo";

  it.each<[string, ModelKind, ModelSettings, string]>([
    [
      "an unknown name",
      "llama",
      { model: "gpt" },
      `llamaCppModel: "gpt" is no llama model of catalogs/models.yaml; choose from ${llamas}`,
    ],
    [
      "a name of the other kind",
      "whisper",
      { model: "qwen3-0.6b" },
      `whisperCppModel: "qwen3-0.6b" is no whisper model of catalogs/models.yaml; choose from ${whispers}`,
    ],
    [
      "a name and a URL",
      "llama",
      { model: "qwen3-0.6b", url: OWN },
      `llamaCppModelUrl: "${OWN}" is set beside llamaCppModel; remove one of the two`,
    ],
    [
      "a name and a file",
      "whisper",
      { model: "whisper-tiny", file: "a.bin" },
      'whisperCppModelFile: "a.bin" is set beside whisperCppModel; remove one of the two',
    ],
    [
      "a checksum for a named model",
      "llama",
      { model: "qwen3-0.6b", sha256: HASH },
      `llamaCppModelSha256: "${HASH}" is set for a model of the catalog, which has its own; remove it or set llamaCppModelUrl`,
    ],
    [
      "a checksum for the default",
      "whisper",
      { sha256: HASH },
      `whisperCppModelSha256: "${HASH}" is set for a model of the catalog, which has its own; remove it or set whisperCppModelUrl`,
    ],
    [
      "a file of unknown source",
      "llama",
      { file: "own.gguf" },
      'llamaCppModelFile: "own.gguf" is no file of catalogs/models.yaml; set llamaCppModelUrl too (a file that lies in its directory already is not fetched again)',
    ],
    [
      "a path as file",
      "llama",
      { url: OWN, file: "../own.gguf" },
      'llamaCppModelFile: "../own.gguf" is no bare file name; set letters, digits and . _ - + only, without a path',
    ],
    [
      "a hidden file",
      "llama",
      { url: OWN, file: ".download" },
      'llamaCppModelFile: ".download" is no bare file name; set letters, digits and . _ - + only, without a path',
    ],
    [
      "an empty file",
      "llama",
      { url: OWN, file: "" },
      'llamaCppModelFile: "" is no bare file name; set letters, digits and . _ - + only, without a path',
    ],
    [
      "a URL without a file name",
      "llama",
      { url: "https://models.lan/" },
      'llamaCppModelUrl: "https://models.lan/" has no file name at its end; set llamaCppModelFile to the name that it gets',
    ],
    [
      "a URL whose file name is none",
      "whisper",
      { url: "https://models.lan/a%2Fb" },
      'whisperCppModelUrl: "https://models.lan/a%2Fb" has no file name at its end; set whisperCppModelFile to the name that it gets',
    ],
    [
      "a URL whose file name cannot be decoded",
      "llama",
      { url: "https://models.lan/%E0" },
      'llamaCppModelUrl: "https://models.lan/%E0" has no file name at its end; set llamaCppModelFile to the name that it gets',
    ],
    [
      "no URL",
      "llama",
      { url: "models.lan/own.gguf" },
      'llamaCppModelUrl: "models.lan/own.gguf" is no URL; set https://…/FILE, the address of the file itself',
    ],
    [
      "another scheme",
      "llama",
      { url: "ftp://models.lan/own.gguf" },
      'llamaCppModelUrl: "ftp://models.lan/own.gguf" is no URL; set https://…/FILE, the address of the file itself',
    ],
    [
      "a password in the URL, which is not shown",
      "llama",
      { url: "https://me:pass@models.lan/own.gguf" },
      "llamaCppModelUrl: holds a user name or password, which would be stored in the clear; put LLAMA_CPP_MODEL_TOKEN=… into the secrets file instead",
    ],
    [
      "a part of a model",
      "llama",
      { url: "https://models.lan/a-00001-of-00003.gguf" },
      'llamaCppModelUrl: "https://models.lan/a-00001-of-00003.gguf" is one of several files of a model; set a model that is a single file',
    ],
    [
      "a short checksum",
      "llama",
      { url: OWN, sha256: "0123" },
      'llamaCppModelSha256: "0123" has 4 digits; set the 64 hexadecimal digits of the file\'s SHA-256',
    ],
    [
      "a long checksum",
      "llama",
      { url: OWN, sha256: `${HASH}0` },
      `llamaCppModelSha256: "${HASH}0" has 65 digits; set the 64 hexadecimal digits of the file's SHA-256`,
    ],
    [
      "another kind of digest",
      "llama",
      { url: OWN, sha256: `sha256:${HASH}` },
      `llamaCppModelSha256: "sha256:${HASH}" is not hexadecimal; set the 64 hexadecimal digits of the file's SHA-256`,
    ],
  ])("%s", (_, kind, config, message) => expect(faults(config, {}, kind)).toEqual([message]));

  it("or the variable that it came from", () =>
    expect(faults({}, { WHISPER_CPP_MODEL_FILE: "a/b", WHISPER_CPP_MODEL_URL: "c" }, "whisper")).toEqual([
      'whisperCppModelUrl: "c" (environment variable WHISPER_CPP_MODEL_URL) is no URL; set https://…/FILE, the address of the file itself',
      'whisperCppModelFile: "a/b" (environment variable WHISPER_CPP_MODEL_FILE) is no bare file name; set letters, digits and . _ - + only, without a path',
    ]));

  it("and all faults come at once", () =>
    expect(faults({ model: "gpt", url: OWN, file: "x", sha256: "1" }).length).toBe(4));
});
