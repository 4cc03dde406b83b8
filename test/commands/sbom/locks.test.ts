/** From the texts of lock files to parts. */
import { goParts } from "../../../commands/sbom/go";
import { npmParts } from "../../../commands/sbom/npm";
import { mergedParts, ROOT, statedLicence } from "../../../commands/sbom/part";
import { pythonParts } from "../../../commands/sbom/python";

const WITHIN = ["pkg:oci/some-image?tag=1"];

describe("package-lock.json", () => {
  const packages = {
    "": { name: "own", version: "1.0.0" },
    "node_modules/@a/b": {
      version: "1.2.3",
      resolved: "https://registry.corp.example/@a/b/-/b-1.2.3.tgz",
      integrity: `sha512-${Buffer.from("ab".repeat(64), "hex").toString("base64")}`,
      license: "MIT",
    },
    "node_modules/x/node_modules/y": { version: "2.0.0", license: "SEE LICENSE IN LICENSE", dev: true },
    "node_modules/alias": { name: "real", version: "3.0.0", optional: true },
    "node_modules/linked": { link: true },
  };
  const lock = (all: object): string => JSON.stringify({ lockfileVersion: 3, packages: all });
  const parts = npmParts(lock(packages), "package-lock.json", WITHIN);

  it("gives each package its URL, hash, licence and scope", () => {
    expect(parts.map(({ ref }) => ref)).toEqual(["pkg:npm/%40a/b@1.2.3", "pkg:npm/y@2.0.0", "pkg:npm/real@3.0.0"]);
    expect(parts[0]).toMatchObject({ group: "@a", name: "b", licence: "MIT", hashes: { "SHA-512": "ab".repeat(64) } });
    expect(parts.map(({ scope }) => scope)).toEqual([undefined, "excluded", "optional"]);
    expect(parts.every(({ within }) => within === WITHIN)).toBe(true);
  });

  it("tells no registry that a lock names", () => {
    expect(JSON.stringify(parts)).not.toContain("corp.example");
  });

  it("takes a pointer to a file for no licence", () => {
    expect(parts[1]?.licence).toBeUndefined();
    expect(statedLicence("")).toBeUndefined();
    expect(statedLicence("BSD-3-Clause")).toBe("BSD-3-Clause");
  });

  it("refuses another form of lock by its name", () => {
    expect(() => npmParts('{"lockfileVersion": 1, "packages": {}}', "old/package-lock.json", WITHIN)).toThrow(
      /^old\/package-lock\.json: lockfileVersion: .*; write it anew: npm install$/,
    );
  });
});

describe("go.mod", () => {
  const MOD = [
    "module build.local/x",
    "go 1.26",
    "replace (",
    "\tgithub.com/a/old => github.com/b/new v2.0.0",
    ")",
    "replace example.org/all v1.0.0 => example.org/fixed v1.0.1",
    "exclude github.com/z/never v9.9.9",
    "tool github.com/a/tool/cmd",
    "require github.com/a/tool v1.0.0 // direct",
    "require (",
    "\tgithub.com/a/old v1.0.0 // indirect",
    "\texample.org/all v1.0.0",
    "\tgopkg.in/yaml.v3 v3.0.1+incompatible",
    ")",
  ].join("\n");
  const SUM = [
    "github.com/a/tool v1.0.0 h1:tool=",
    "github.com/a/tool v1.0.0/go.mod h1:mod=",
    "github.com/b/new v2.0.0 h1:new=",
    "github.com/other/unused v1.0.0 h1:unused=",
    "gopkg.in/yaml.v3 v3.0.1+incompatible/go.mod h1:only-mod=",
  ].join("\n");

  it("gives what is required, as it is after replace, with the sums of whole modules", () => {
    const parts = goParts(MOD, SUM, "go.mod", WITHIN);
    expect(parts.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "github.com/a/tool v1.0.0",
      "github.com/b/new v2.0.0",
      "example.org/fixed v1.0.1",
      "gopkg.in/yaml.v3 v3.0.1+incompatible",
    ]);
    const sums = parts.map(({ properties }) => properties.find(([name]) => name === "go-sum")?.[1]);
    expect(sums).toEqual(["h1:tool=", "h1:new=", undefined, undefined]);
    expect(parts[0]?.ref).toBe("pkg:golang/github.com/a/tool@v1.0.0");
  });

  it("refuses a replacement by a folder, which has no version", () => {
    expect(() => goParts("replace a.org/b => ../b", "", "some/go.mod", WITHIN)).toThrow(
      'some/go.mod: "replace a.org/b => ../b" names no version; replace by PATH VERSION',
    );
  });
});

describe("requirements.txt", () => {
  const [one, two] = ["1".repeat(64), "2".repeat(64)];

  it("gives each package with the hashes of all its files", () => {
    const text = `# how it was made\nA_b.C==1.0 \\\n    --hash=sha256:${one} \\\n    --hash=sha256:${two}\nuvicorn[standard]==2.0 ; python_version > "3" --hash=sha256:${one}\n`;
    const parts = pythonParts(text, "requirements.txt", WITHIN);
    expect(parts.map(({ ref }) => ref)).toEqual(["pkg:pypi/a-b-c@1.0", "pkg:pypi/uvicorn@2.0"]);
    expect(parts.map(({ properties }) => properties)).toEqual([
      [
        ["lock", "requirements.txt"],
        ["file-sha256", one],
        ["file-sha256", two],
      ],
      [
        ["lock", "requirements.txt"],
        ["file-sha256", one],
      ],
    ]);
  });

  it("refuses what is not pinned, by its line", () => {
    expect(() => pythonParts("a>=1\n", "x/requirements.txt", WITHIN)).toThrow(
      'x/requirements.txt: "a>=1" is no pinned package; write NAME==VERSION --hash=sha256:…',
    );
  });
});

it("what several locks have is there once, needed as soon as one needs it, in an order of its own", () => {
  const lock = (entry: object): string =>
    JSON.stringify({ lockfileVersion: 3, packages: { "node_modules/z": { version: "1.0.0", ...entry } } });
  const parts = [
    ...npmParts(lock({ dev: true }), "package-lock.json", [ROOT]),
    ...pythonParts("a==1\n", "requirements.txt", WITHIN),
    ...npmParts(lock({ license: "ISC" }), "other/package-lock.json", WITHIN),
  ];
  const merged = mergedParts(parts);
  expect(merged.map(({ ref }) => ref)).toEqual(["pkg:npm/z@1.0.0", "pkg:pypi/a@1"]);
  expect(merged[0]).toMatchObject({ licence: "ISC", scope: undefined, within: [ROOT, ...WITHIN] });
  expect(merged[0]?.properties).toEqual([
    ["lock", "package-lock.json"],
    ["lock", "other/package-lock.json"],
  ]);
  expect(mergedParts([...parts].reverse()).map(({ ref }) => ref)).toEqual(merged.map(({ ref }) => ref));
});
