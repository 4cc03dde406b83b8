/** Everything that this checkout could use, held against its lock files, which are read here without the project's own readers. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PackageURL } from "packageurl-js";
import parseExpression from "spdx-expression-parse";
import { readLock } from "../../../engines/images/lock";
import { PROJECT_ROOT } from "../../../engines/project-root";
import { parseModels } from "../../../services/models";
import { everyPart, property, textOf, type Component, type Document } from "../../support/sbom";

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), "utf8");
const lock = readLock();
const models = parseModels(read("catalogs/models.yaml"));
const everythingText = textOf(everyPart());
const all = JSON.parse(everythingText) as Document;

/** How often each thing is in the list, so that a repetition shows. */
const counts = (components: readonly Component[]): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { purl = "" } of components) found.set(purl, (found.get(purl) ?? 0) + 1);
  return found;
};
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
    expect(required.length).toBeGreaterThan(0);
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

it("licences of the lock are SPDX expressions", () => {
  const licences = Object.values(lock).flatMap(({ pull, build }) => [pull?.licence ?? [], build?.licence ?? []].flat());
  for (const licence of licences) expect(() => parseExpression(licence)).not.toThrow();
});
