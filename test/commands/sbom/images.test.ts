/** From the lock, the catalog of models and the config to parts. */
import { everyForm, imageParts, ownImage, wantedForm, type ImageFacts } from "../../../commands/sbom/images";
import { catalogModels, chosenModels } from "../../../commands/sbom/models";
import { ROOT } from "../../../commands/sbom/part";
import { parseLock } from "../../../engines/images/lock";
import type { ModelChoice } from "../../../services/model-choice";
import type { ModelCatalog } from "../../../services/models";

const [ONE, TWO] = ["a".repeat(64), "b".repeat(64)];
const pull = (reference: string): string =>
  `{ reference: "${reference}", source: s, confidence: c, run: not run, entrypoint: null, licence: MIT }`;
const image = (name: string, text: string): string => `  ${name}: { purpose: p, platforms: [linux/amd64], ${text} }\n`;
const build = (version: string, from: string): string =>
  `{ version: "${version}", from: [${from}], entrypoint: null, differences: [] }`;
const lock = parseLock(
  `version: 1\nimages:\n` +
    image("base", `pull: null, build: { version: v, debootstrap: { suite: sid }, entrypoint: null, differences: [] }`) +
    image("both", `pull: ${pull(`docker.io/library/both:v1@sha256:${ONE}`)}, build: ${build("2", "base")}`) +
    image("only", `pull: ${pull(`ghcr.io/o/p/only@sha256:${ONE}`)}, build: null`),
);
const facts: ImageFacts = { lock, digests: {}, buildTag: (name) => `hash-of-${name}` };

describe("images", () => {
  it("a pulled one has reference, digest and tag, and says that its contents are not listed", () => {
    const [part] = imageParts([{ name: "both", form: "pull" }], facts);
    expect(part).toMatchObject({
      ref: `pkg:oci/both@sha256:${ONE}?repository_url=docker.io%2Flibrary%2Fboth&tag=v1`,
      version: "v1",
      hashes: { "SHA-256": ONE },
      licence: "MIT",
      source: "docker.io/library/both",
    });
    expect(part?.properties).toContainEqual(["contents", "what is inside is its publisher's and not listed here"]);
  });

  it("a digest of the config takes the place of the lock's, whose licence then says nothing", () => {
    const [part] = imageParts([{ name: "both", form: "pull" }], { ...facts, digests: { both: `sha256:${TWO}` } });
    expect(part?.hashes).toEqual({ "SHA-256": TWO });
    expect(part?.ref).toContain(`@sha256:${TWO}?`);
    expect(part?.licence).toBeUndefined();
  });

  it("a built one has its content hash, and brings what it is built on", () => {
    const parts = imageParts([{ name: "both", form: "build" }], facts);
    expect(parts.map(({ ref, version, within }) => [ref, version, within])).toEqual([
      ["pkg:oci/base?tag=hash-of-base", "v", ["pkg:oci/both?tag=hash-of-both"]],
      ["pkg:oci/both?tag=hash-of-both", "2", [ROOT]],
    ]);
    expect(parts.map(({ licence }) => licence)).toEqual([undefined, undefined]);
  });

  it("the form is the config's, or the only one", () => {
    expect(wantedForm("both", "build", facts).form).toBe("build");
    expect(wantedForm("only", "build", facts).form).toBe("pull");
    expect(wantedForm("base", "pull", facts).form).toBe("build");
    expect(everyForm(lock).map(({ name, form }) => `${form} ${name}`)).toEqual([
      "build base",
      "pull both",
      "build both",
      "pull only",
    ]);
  });

  it("the registry of a server that the user added is not told", () => {
    const part = ownImage("mine", `registry.corp.example:5000/team/mine:v3@sha256:${ONE}`);
    expect(part).toMatchObject({ name: "mine", version: "v3", ref: `pkg:oci/mine@sha256:${ONE}?tag=v3` });
    expect(JSON.stringify(part)).not.toContain("corp.example");
  });
});

describe("models", () => {
  const revision = "c".repeat(40);
  const model: ModelCatalog[string] = {
    kind: "llama",
    file: "m.gguf",
    url: `https://huggingface.co/Org/Repo/resolve/${revision}/m.gguf`,
    bytes: 1,
    sha256: ONE,
    licence: null,
    memoryMiB: null,
    confidence: "c",
  };
  const choice: ModelChoice = {
    kind: "llama",
    name: undefined,
    file: "own.gguf",
    url: "https://models.corp.example/team/own.gguf",
    sha256: undefined,
    bytes: undefined,
    licence: undefined,
    memoryMiB: undefined,
    token: "HF_TOKEN",
  };

  it("of the catalog have address, hash and licence, if it is known", () => {
    const [unknown, known] = catalogModels({ m: model, n: { ...model, file: "n.gguf", licence: "MIT" } });
    expect(unknown).toMatchObject({
      ref: `pkg:huggingface/Org/Repo@${revision}#m.gguf`,
      version: revision,
      hashes: { "SHA-256": ONE },
      licence: undefined,
    });
    expect(known?.licence).toBe("MIT");
  });

  it("of the user's own have a name and, if it was set, a hash, and no address", () => {
    const [plain, hashed, named] = chosenModels([choice, { ...choice, sha256: TWO }, { ...choice, name: "m" }], {
      m: model,
    });
    expect(plain).toMatchObject({ ref: "model:llama/own.gguf", name: "own.gguf", hashes: undefined });
    expect(hashed?.hashes).toEqual({ "SHA-256": TWO });
    expect(JSON.stringify([plain, hashed])).not.toContain("corp.example");
    expect(named).toMatchObject({ name: "m", hashes: { "SHA-256": ONE } });
  });
});
