import { LockError, parseLock, readLock, referenceParts } from "../../../engines/images/lock";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** A lock of one image `x` with this pull reference. */
const pulled = (reference: string, more = ""): string => `
version: 1
images:
  x:
    purpose: test
    platforms: [linux/amd64]
    pull: { reference: "${reference}", source: s, confidence: c, run: not run, entrypoint: null${more} }
    build: null
`;

const BUILT = "build: { version: '1', from: [FROM], entrypoint: null, differences: [] }";
const built = (name: string, from: string): string => `
  ${name}:
    purpose: test
    platforms: [linux/amd64]
    pull: null
    ${BUILT.replace("FROM", from)}`;

function faultsOf(text: string): readonly string[] {
  try {
    parseLock(text);
  } catch (error) {
    if (error instanceof LockError) return error.faults;
    throw error;
  }
  return [];
}

/** Images whose digest is in no public file that was looked up. */
const UNPINNED = ["mcp-nixos", "llama-cpp-nvidia", "llama-cpp-rocm", "llama-cpp-vulkan"];

describe("the lock of this checkout", () => {
  const lock = readLock();

  it("has every image of the core and of the default catalog", () => {
    const names = ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos"];
    const servers = ["time", "fetch", "memory", "sequentialthinking", "filesystem", "git", "everything"].map(
      (name) => `mcp-${name}`,
    );
    expect(Object.keys(lock)).toEqual(expect.arrayContaining([...names, ...servers, "base", "base-sid"]));
    for (const name of [...names, ...servers]) expect([name, lock[name]?.build]).toEqual([name, expect.anything()]);
  });

  it("has a digest for everything that is pulled, but for mcp-nixos and the GPU variants, which say why", () => {
    const without = Object.entries(lock).filter(([, { pull }]) => pull && !referenceParts(pull.reference)?.digest);
    expect(without.map(([name]) => name)).toEqual(UNPINNED);
    for (const [name, { pull }] of without) expect(pull?.noDigest).toContain(`imageDigests.${name}`);
  });

  it("claims of no pulled image that it was run", () => {
    const runs = Object.values(lock).flatMap((entry) => (entry.pull ? [entry.pull.run] : []));
    expect(new Set(runs)).toEqual(new Set(["not run"]));
  });
});

describe("a faulty lock", () => {
  it.each([
    [
      "short digest",
      pulled("docker.io/a/b@sha256:12ab"),
      `images.x.pull.reference: "docker.io/a/b@sha256:12ab" has a digest that is not sha256: and 64 lower-case hex digits; copy the whole digest`,
    ],
    [
      "upper-case digest",
      pulled(`docker.io/a/b@sha256:${"A".repeat(64)}`),
      `images.x.pull.reference: "docker.io/a/b@sha256:${"A".repeat(64)}" has a digest that is not sha256: and 64 lower-case hex digits; copy the whole digest`,
    ],
    [
      "no digest",
      pulled("docker.io/a/b:1"),
      `images.x.pull.reference: "docker.io/a/b:1" has no digest; add @sha256:…, or say in noDigest why none is known`,
    ],
    [
      "neither digest nor tag",
      pulled("docker.io/a/b", ", noDigest: unknown"),
      `images.x.pull.reference: "docker.io/a/b" has neither digest nor tag; add :TAG`,
    ],
    [
      "a digest and a reason for none",
      pulled(`docker.io/a/b@${DIGEST}`, ", noDigest: why"),
      "images.x.pull.noDigest: the reference has a digest; remove this key",
    ],
    [
      "no registry host",
      pulled(`traefik@${DIGEST}`),
      `images.x.pull.reference: "traefik@${DIGEST}" is no full reference; write registry/repository[:tag]@sha256:…`,
    ],
    [
      "unknown base",
      `version: 1\nimages:${built("a", "b")}`,
      'images.a.build.from: "b" is no image of this file that is built; add it or correct the name',
    ],
    [
      "circle",
      `version: 1\nimages:${built("a", "b")}${built("b", "a")}`,
      "images: a → b → a build on each other; break the circle in build.from",
    ],
    [
      "neither pull nor build",
      pulled("docker.io/a/b:1").replace(/pull: .*/, "pull: null"),
      "images.x: has neither pull nor build; give it at least one",
    ],
    [
      "bad platform",
      pulled(`docker.io/a/b@${DIGEST}`).replace("linux/amd64", "amd64"),
      "images.x.platforms.0: is not linux/amd64 or linux/arm64",
    ],
    ["unknown key", pulled(`docker.io/a/b@${DIGEST}`, ", tag: 1"), 'images.x.pull: Unrecognized key: "tag"'],
    [
      "no YAML",
      "images: [",
      "(file): is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 10:",
    ],
  ])("%s", (_, text, message) => {
    expect(faultsOf(text)).toEqual([message]);
  });

  it("is reported whole", () => {
    const text = `${pulled("docker.io/a/b:1")}${built("a", "nowhere")}${built("c", "gone")}\n`;
    expect(faultsOf(text)).toHaveLength(3);
    expect(() => parseLock(text)).toThrow(
      /^catalogs\/images\.yaml cannot be used:\n {2}images\.x\.pull[^\n]*\n {2}images\.a[^\n]*\n {2}images\.c/,
    );
  });
});

describe("referenceParts", () => {
  it.each([
    [
      "docker.io/library/traefik:v3@sha256:x",
      { host: "docker.io", repository: "library/traefik", tag: "v3", digest: "sha256:x" },
    ],
    ["127.0.0.1:5000/hub/a/b:1", { host: "127.0.0.1:5000", repository: "hub/a/b", tag: "1", digest: undefined }],
    ["localhost:5000/a", { host: "localhost:5000", repository: "a", tag: undefined, digest: undefined }],
    ["mcp/time:1", undefined],
  ])("%s", (reference, parts) => {
    expect(referenceParts(reference)).toEqual(parts);
  });
});
