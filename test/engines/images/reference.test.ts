import { parseLock, readLock } from "../../../engines/images/lock";
import { digestOf } from "../../../engines/images/pull";
import {
  ReferenceError,
  imageReference,
  strayFaults,
  tagReference,
  type ReferenceSettings,
} from "../../../engines/images/reference";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;
const common = "purpose: test, platforms: [linux/amd64]";
const pull = (reference: string, more = ""): string =>
  `{ reference: "${reference}", source: s, confidence: c, run: not run, entrypoint: null${more} }`;
const build = "{ version: '1', entrypoint: null, differences: [] }";
const lock = parseLock(`
version: 1
images:
  pinned: { ${common}, pull: ${pull(`docker.io/library/pinned:v1@${A}`)}, build: ${build} }
  loose: { ${common}, pull: ${pull("ghcr.io/some/loose:3.0.1", ", noDigest: nobody published it")}, build: null }
  homemade: { ${common}, pull: null, build: ${build} }
`);
const settings = (more: Partial<ReferenceSettings> = {}): ReferenceSettings => ({
  lock,
  source: "pull",
  registry: {},
  digests: {},
  buildTag: (name) => `hash-of-${name}`,
  ...more,
});

describe("imageReference", () => {
  it.each<[string, Partial<ReferenceSettings>, string]>([
    ["pinned", {}, `docker.io/library/pinned@${A}`],
    ["pinned", { digests: { pinned: B } }, `docker.io/library/pinned@${B}`],
    ["pinned", { registry: { "docker.io": "127.0.0.1:5000/hub" } }, `127.0.0.1:5000/hub/library/pinned@${A}`],
    ["pinned", { registry: { "docker.io": "mirror.example/" } }, `mirror.example/library/pinned@${A}`],
    ["pinned", { registry: { "ghcr.io": "127.0.0.1:5000/ghcr" } }, `docker.io/library/pinned@${A}`],
    ["loose", { digests: { loose: B }, registry: { "ghcr.io": "m.example:1" } }, `m.example:1/some/loose@${B}`],
    ["pinned", { source: "build" }, "mcp-gateway-stack/pinned:hash-of-pinned"],
    [
      "homemade",
      { source: "build", registry: { "docker.io": "m.example" } },
      "mcp-gateway-stack/homemade:hash-of-homemade",
    ],
  ])("%s with %j is %s", (name, more, expected) => {
    expect(imageReference(name, settings(more))).toBe(expected);
  });

  it.each<[string, Partial<ReferenceSettings>, string]>([
    ["nothing", {}, 'image "nothing" is not in catalogs/images.yaml; known are pinned, loose, homemade'],
    [
      "loose",
      {},
      'image "loose" (ghcr.io/some/loose:3.0.1) has no known digest: nobody published it; ' +
        `run npm run up, or pulumi config set --path 'imageDigests["loose"]' sha256:…`,
    ],
    [
      "pinned",
      { digests: { pinned: "sha256:12" } },
      'digest "sha256:12" of image "pinned" is not sha256: and 64 lower-case hex digits; copy the whole digest',
    ],
    [
      "loose",
      { source: "build" },
      'image "loose" cannot be built here, only pulled; set imageSource to pull, or turn off what needs it',
    ],
    [
      "homemade",
      {},
      'image "homemade" is in no registry, it is only built; set imageSource to build, or turn off what needs it',
    ],
  ])("%s with %j is refused", (name, more, message) => {
    expect(() => imageReference(name, settings(more))).toThrow(new ReferenceError(message));
  });

  it("asks for mcp-nixos's digest by the key that takes it", () => {
    expect(() => imageReference("mcp-nixos", settings({ lock: readLock() }))).toThrow(/imageDigests\["mcp-nixos"\]/);
  });

  it("gives a complete reference with a digest for everything else that is pulled", () => {
    const real = readLock();
    const names = Object.keys(real).filter((name) => real[name]?.pull && real[name].pull.noDigest === undefined);
    for (const name of names) {
      expect(imageReference(name, settings({ lock: real }))).toMatch(/^[a-z.]+\/[a-z0-9./-]+@sha256:[0-9a-f]{64}$/);
    }
    expect(names).toContain("traefik");
  });
});

describe("settings for what the lock does not have", () => {
  it("are faults, since they would count for nothing", () => {
    const registry = { "docker.io": "m.example", "hub.docker.com": "m.example" };
    expect(strayFaults({ lock, registry, digests: { loose: B, lose: B } })).toEqual([
      'imageRegistry: "hub.docker.com" is no registry of catalogs/images.yaml (it has docker.io, ghcr.io); ' +
        `correct it, or remove it: pulumi config rm --path 'imageRegistry["hub.docker.com"]'`,
      'imageDigests: "lose" is no image of catalogs/images.yaml (it has pinned, loose, homemade); ' +
        `correct it, or remove it: pulumi config rm --path 'imageDigests["lose"]'`,
    ]);
  });

  it("are none when the lock has them", () => {
    expect(strayFaults({ lock, registry: { "ghcr.io": "m.example" }, digests: { pinned: A } })).toEqual([]);
  });
});

describe("the digest of an image that is pulled by tag", () => {
  it("is asked for at the mirror", () => {
    const entry = lock.loose?.pull;
    if (!entry) throw new Error("the lock of this test has no loose.pull");
    expect(tagReference(entry, { "ghcr.io": "127.0.0.1:5000/ghcr" })).toBe("127.0.0.1:5000/ghcr/some/loose:3.0.1");
  });

  it.each([
    ["ghcr.io/some/loose", ["other/x@sha256:0", `ghcr.io/some/loose@${A}`], A],
    ["docker.io/library/x", [`x@${B}`], B],
    ["docker.io/mcp/x", [`mcp/x@${B}`], B],
  ])("of %s is found in %j", (repository, digests, expected) => {
    expect(digestOf(digests, repository, "REF")).toBe(expected);
  });

  it.each([[[]], [[`ghcr.io/else@${A}`]], [["ghcr.io/some/loose@sha256:12"]]])("is not invented from %j", (digests) => {
    expect(() => digestOf(digests, "ghcr.io/some/loose", "REF")).toThrow(/^the engine knows no registry digest of REF/);
  });
});
