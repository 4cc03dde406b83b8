/** The list of this checkout, held against its lock files, and the document against CycloneDX's own schema. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import parseExpression from "spdx-expression-parse";
import { collectParts } from "../../../commands/sbom/collect";
import { sbomDocument } from "../../../commands/sbom/document";
import type { Part } from "../../../commands/sbom/part";
import { sbomTable } from "../../../commands/sbom/table";
import { buildTag } from "../../../engines/images/hash";
import { PROJECT_ROOT, readLock } from "../../../engines/images/lock";
import { parseModels } from "../../../services/models";
import { plannedImages, planStack } from "../../../stack";
import { configOf } from "../../support/config";

interface Component {
  readonly type: string;
  readonly name: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}
interface Document {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), "utf8");
const lock = readLock();
const models = parseModels(read("catalogs/models.yaml"));
const SUBJECT = { name: "s", version: "1.0.0", license: "Apache-2.0", description: "d" };
const SETTINGS = { subject: SUBJECT, covers: "a test" };
const BASE = { secretsFile: "/nowhere/.env", bundles: "ai,dify" };
const textOf = (parts: readonly Part[]): string => sbomDocument(parts, SETTINGS);
const documentOf = (parts: readonly Part[]): Document => JSON.parse(textOf(parts)) as Document;

const everything = collectParts(configOf({ ...BASE, imageSource: "build" }), true);
const everythingText = textOf(everything);
const all = JSON.parse(everythingText) as Document;

/** How often each thing is in the list, so that a repetition shows. */
const counts = (components: readonly Component[]): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { purl = "" } of components) found.set(purl, (found.get(purl) ?? 0) + 1);
  return found;
};
const property = ({ properties = [] }: Component, name: string): string | undefined =>
  properties.find((one) => one.name === `mcp-stack:${name}`)?.value;

describe("CycloneDX", () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

  it("what a stack of pulled images uses is a valid document", async () => {
    const parts = collectParts(configOf({ ...BASE, imageSource: "pull" }));
    expect(await validator.validate(textOf(parts))).toBeNull();
  });

  it("everything is a valid document", async () => {
    expect(await validator.validate(everythingText)).toBeNull();
  });

  it("a stamp keeps it valid", async () => {
    // The schema asks for different components, and comparing all of them takes its time.
    const stamped = sbomDocument(everything.slice(0, 100), { ...SETTINGS, stamp: true });
    expect(await validator.validate(stamped)).toBeNull();
    const { serialNumber, metadata } = JSON.parse(stamped) as Document;
    expect(serialNumber).toMatch(/^urn:uuid:/);
    expect(Number.isNaN(Date.parse(metadata.timestamp ?? ""))).toBe(false);
  });

  it("the validator refuses a document with a type that there is not", async () => {
    expect(await validator.validate(everythingText.replace('"type": "container"', '"type": "box"'))).not.toBeNull();
  });

  it("every edge leads to a component, and all of them are reached from the stack", () => {
    const edges = new Map(all.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    const seen = new Set(["mcp-gateway-stack"]);
    for (const ref of seen) for (const next of edges.get(ref) ?? []) seen.add(next);
    expect(seen.size).toBe(all.components.length + 1);
  });
});

/** Files with this name in the folders of images. */
const lockFiles = (name: string): string[] =>
  readdirSync(path.join(PROJECT_ROOT, "docker/images"), { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === name)
    .map((file) => `docker/images/${file}`);

/** Each lock's own way of naming its entries, turned into package URLs without this project's readers. */
const npmOf = (file: string): string[] => {
  const { packages } = JSON.parse(read(file)) as { packages: Record<string, { name?: string; version: string }> };
  return Object.entries(packages)
    .filter(([folder]) => folder !== "")
    .map(([folder, { name, version }]) => {
      const parts = (name ?? folder.replace(/^.*node_modules\//, "")).split("/");
      return new PackageURL("npm", parts.length > 1 ? parts[0] : undefined, parts.at(-1) ?? "", version).toString();
    });
};
const pythonOf = (file: string): string[] =>
  [...read(file).matchAll(/^([\w.-]+)==(\S+)/gm)].map(([, name = "", version]) =>
    new PackageURL("pypi", undefined, name.replace(/[_.]/g, "-"), version).toString(),
  );

/** "path version" of every whole module that go.sum has. */
const goSumOf = (file: string): string[] =>
  read(file)
    .split("\n")
    .flatMap((line) => /^(\S+ (?!\S+\/go\.mod)\S+) h1:/.exec(line)?.[1] ?? []);

describe("everything", () => {
  const found = counts(all.components);
  const onceEach = (purls: readonly string[]): void => {
    expect(purls.length).toBeGreaterThan(0);
    expect(purls.filter((purl) => found.get(purl) !== 1)).toEqual([]);
  };

  it.each(["package-lock.json", "toolchain/package-lock.json", ...lockFiles("package-lock.json")])(
    "%s: each package once",
    (file) => onceEach(npmOf(file)),
  );

  it.each(lockFiles("requirements.txt"))("%s: each package once, with all its hashes", (file) => {
    onceEach(pythonOf(file));
    const listed = new Set(
      all.components.flatMap(({ properties = [] }) => properties.map(({ name, value }) => `${name} ${value}`)),
    );
    const hashes = [...read(file).matchAll(/sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash);
    expect(hashes.filter((hash) => !listed.has(`mcp-stack:file-sha256 ${hash}`))).toEqual([]);
  });

  const goFolders = [...lockFiles("go.mod"), "toolchain/pulumi-cli/go.mod"].map((file) => path.posix.dirname(file));
  it.each(goFolders)("%s/go.mod: its modules are among those of go.sum, each once", (folder) => {
    const sums = new Set(goSumOf(`${folder}/go.sum`));
    const modules = all.components.filter(({ properties = [] }) =>
      properties.some(({ name, value }) => name === "mcp-stack:lock" && value === `${folder}/go.mod`),
    );
    const required = [...read(`${folder}/go.mod`).matchAll(/^(?:\t|require )\S+\.\S+ v\S+(?: \/\/ indirect)?$/gm)];
    const excluded = [...read(`${folder}/go.mod`).matchAll(/^(?:exclude|replace) /gm)];
    expect(required.length).toBeGreaterThan(excluded.length);
    expect(modules.length).toBe(required.length);
    expect(
      modules.filter(({ name, purl = "" }) => !sums.has(`${name} ${PackageURL.fromString(purl).version}`)),
    ).toEqual([]);
    onceEach(modules.map(({ purl = "" }) => purl));
  });

  it("every image once in each of its forms", () => {
    const images = all.components.filter(({ type }) => type === "container");
    const listed = images.map((image) => `${image.name} ${property(image, "image-form")}`).sort();
    const locked = Object.entries(lock).flatMap(([name, { pull, build }]) => [
      ...(pull ? [`${name} pulled`] : []),
      ...(build ? [`${name} built`] : []),
    ]);
    expect(listed).toEqual(locked.sort());
  });

  it("every model once, with its hash and what is known of its licence", () => {
    const listed = all.components.filter(({ type }) => type === "machine-learning-model");
    const facts = listed.map(({ name, hashes = [], licenses = [] }) => [name, hashes[0]?.content, licenses.length]);
    const known = Object.entries(models).map(([name, { sha256, licence }]) => [name, sha256, licence === null ? 0 : 1]);
    expect(facts.sort()).toEqual(known.sort());
  });

  it("names neither this machine nor what the locks do not have", () => {
    expect(everythingText).not.toContain(PROJECT_ROOT);
    expect(everythingText).not.toMatch(/"resolved"|localhost|127\.0\.0\.1/);
    const hosts = new Set([...everythingText.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host));
    expect([...hosts].sort()).toEqual(["cyclonedx.org", "huggingface.co"].filter((host) => hosts.has(host)));
    expect(hosts).toContain("huggingface.co");
  });
});

describe("what a stack uses", () => {
  it.each(["pull", "build"])("with imageSource %s every image of the plan is there, and no server beside", (source) => {
    const config = configOf({ ...BASE, imageSource: source, servers: "time" });
    const { plan } = planStack(config, undefined, (name) => name);
    if (plan === undefined) throw new Error("the config has faults");
    const { components } = documentOf(collectParts(config));
    const images = components.filter(({ type }) => type === "container").map(({ name }) => name);
    for (const { name } of plannedImages(plan)) expect(images.filter((one) => one === name)).toEqual([name]);
    expect(images).not.toContain("mcp-git");
    expect(components.filter(({ type }) => type === "machine-learning-model")).toHaveLength(2);
  });

  it("a mirror of the config is not told, its digests are", () => {
    const digest = "d".repeat(64);
    const config = configOf({
      secretsFile: "/nowhere/.env",
      imageSource: "pull",
      imageRegistry: '{"docker.io": "mirror.corp.example/hub"}',
      imageDigests: `{"mcp-nixos": "sha256:${digest}"}`,
    });
    const text = textOf(collectParts(config));
    expect(text).not.toContain("corp.example");
    expect(text).toContain(`pkg:oci/mcp-nixos@sha256:${digest}`);
  });

  it("a model of the user's own is there by name and hash", () => {
    const hash = "e".repeat(64);
    const set = { llamaCppModelUrl: "https://models.corp.example/own.gguf", llamaCppModelSha256: hash };
    const parts = collectParts(configOf({ ...BASE, bundles: "ai", imageSource: "pull", ...set }));
    const own = parts.filter(({ kind, name }) => kind === "model" && name === "own.gguf");
    expect(own).toHaveLength(1);
    expect(own[0]?.hashes).toEqual({ "SHA-256": hash });
    expect(textOf(parts)).not.toContain("corp.example");
  });

  it("a built image has the tag that the engine has it by", () => {
    const parts = collectParts(configOf({ secretsFile: "/nowhere/.env", imageSource: "build", servers: "time" }));
    expect(parts.map(({ ref }) => ref)).toContain(`pkg:oci/mcp-time?tag=${buildTag(lock, "mcp-time")}`);
  });
});

it("the same stack gives the same text, without time and serial number", () => {
  const again = collectParts(configOf({ ...BASE, imageSource: "build" }), true);
  expect(textOf(again) === everythingText).toBe(true);
  expect([all.serialNumber, all.metadata.timestamp]).toEqual([undefined, undefined]);
});

it("the table has a row for each, and counts those without a licence", () => {
  const lines = stripVTControlCharacters(sbomTable(everything)).split("\n");
  const rows = lines.slice(1, -2);
  expect(rows).toHaveLength(everything.length);
  const unknown = rows.filter((row) => row.includes("  NOASSERTION  "));
  expect(lines.at(-1)).toBe(`${rows.length} components, ${unknown.length} without a known licence`);
  expect(all.components.filter(({ licenses }) => licenses === undefined)).toHaveLength(unknown.length);
});

it("licences of the lock are SPDX expressions", () => {
  const licences = Object.values(lock).flatMap(({ pull, build }) => [pull?.licence ?? [], build?.licence ?? []].flat());
  for (const licence of licences) expect(() => parseExpression(licence)).not.toThrow();
});
