/** What a stack uses, and its document against CycloneDX's own schema. */
import { stripVTControlCharacters } from "node:util";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { collectParts } from "../../../commands/sbom/collect";
import { sbomDocument } from "../../../commands/sbom/document";
import { sbomTable } from "../../../commands/sbom/table";
import { buildTag } from "../../../engines/images/hash";
import { readLock } from "../../../engines/images/lock";
import { plannedImages, planStack } from "../../../stack";
import { configOf } from "../../support/config";
import { BASE, documentOf, everyPart, SETTINGS, textOf, type Document } from "../../support/sbom";

const lock = readLock();
const everything = everyPart();
const everythingText = textOf(everything);
const all = JSON.parse(everythingText) as Document;

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
  expect(textOf(everyPart()) === everythingText).toBe(true);
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

it.each([100, 160])("on a terminal of %d columns no row of the table is longer", (columns) => {
  const lines = stripVTControlCharacters(sbomTable(everything, columns)).split("\n");
  expect(lines).toHaveLength(everything.length + 3);
  expect(lines.filter(({ length }) => length > columns)).toEqual([]);
  expect(lines.some((line) => line.includes("…"))).toBe(true);
});
