import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { baseArgument } from "../../../engines/images/build";
import { goProgram } from "../../../engines/images/go";
import { buildOrder, buildTag } from "../../../engines/images/hash";
import { parseLock, readLock, type ImageLock } from "../../../engines/images/lock";

const image = (build: string): string =>
  `{ purpose: test, platforms: [linux/amd64], pull: null, build: { ${build}, entrypoint: null, differences: [] } }`;
const lockText = `
version: 1
images:
  base: ${image("version: trixie, debootstrap: { suite: trixie }")}
  base-sid: ${image("version: sid, debootstrap: { suite: sid }")}
  tool: ${image("version: '1', from: [base]")}
  server: ${image("version: '1', from: [base, tool]")}
`;

describe("buildTag", () => {
  let contexts: string;
  const lock = parseLock(lockText);
  const tags = (of: ImageLock = lock): Record<string, string> =>
    Object.fromEntries(Object.keys(of).map((name) => [name, buildTag(of, name, contexts)]));
  const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
    Object.keys(before).filter((name) => before[name] !== after[name]);

  beforeEach(() => {
    contexts = mkdtempSync(path.join(tmpdir(), "image-contexts-"));
    for (const name of ["base", "tool", "server"]) {
      mkdirSync(path.join(contexts, name));
      writeFileSync(path.join(contexts, name, "Dockerfile"), `# ${name}\n`, { mode: 0o644 });
    }
  });
  afterEach(() => rmSync(contexts, { recursive: true }));

  it("is 16 hexadecimal digits, different for each image", () => {
    const found = Object.values(tags());
    for (const tag of found) expect(tag).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(found).size).toBe(4);
  });

  it("does not depend on times, nor on where the contexts lie", () => {
    const before = tags();
    utimesSync(path.join(contexts, "server", "Dockerfile"), new Date(0), new Date(0));
    const elsewhere = mkdtempSync(path.join(tmpdir(), "image-contexts-"));
    cpSync(contexts, elsewhere, { recursive: true });
    expect(tags()).toEqual(before);
    expect(buildTag(lock, "server", elsewhere)).toBe(before.server);
    rmSync(elsewhere, { recursive: true });
  });

  it.each<[string, () => void, string[]]>([
    [
      "a changed file changes its image",
      () => writeFileSync(path.join(contexts, "server", "Dockerfile"), "# other\n"),
      ["server"],
    ],
    [
      "a changed base changes all that stands on it",
      () => writeFileSync(path.join(contexts, "tool", "Dockerfile"), "# other\n"),
      ["tool", "server"],
    ],
    [
      "the bases share a context",
      () => writeFileSync(path.join(contexts, "base", "slim.sh"), ""),
      ["base", "base-sid", "tool", "server"],
    ],
    ["an execute bit counts", () => chmodSync(path.join(contexts, "server", "Dockerfile"), 0o755), ["server"]],
    [
      "a new file in a folder counts",
      () => (mkdirSync(path.join(contexts, "server", "a")), writeFileSync(path.join(contexts, "server", "a", "b"), "")),
      ["server"],
    ],
  ])("%s", (_, change, expected) => {
    const before = tags();
    change();
    expect(changed(before, tags())).toEqual(expected);
  });

  it("changes with the version in the lock", () => {
    const other = parseLock(lockText.replace("version: '1', from: [base, tool]", "version: '2', from: [base, tool]"));
    expect(changed(tags(), tags(other))).toEqual(["server"]);
  });

  it("says which context is missing", () => {
    rmSync(path.join(contexts, "tool"), { recursive: true });
    expect(() => buildTag(lock, "tool", contexts)).toThrow(
      `image "tool" has no build context at ${path.join(contexts, "tool")}; add the folder, or set its build to null in the lock`,
    );
  });

  it("changes with the modules of a Go program, and so does the program's place in the cache", () => {
    const go = { package: "example.org/p", ldflags: "" };
    const context = path.join(contexts, "tool");
    writeFileSync(path.join(context, "go.mod"), "module a\n");
    writeFileSync(path.join(context, "go.sum"), "");
    const before = [buildTag(lock, "tool", contexts), goProgram("tool", go, context, "cache")];
    writeFileSync(path.join(context, "go.sum"), "x v1 h1:y=\n");
    expect(buildTag(lock, "tool", contexts)).not.toBe(before[0]);
    expect(goProgram("tool", go, context, "cache")).not.toBe(before[1]);
  });
});

describe("buildOrder", () => {
  it("has bases first and everything once", () => {
    const lock = parseLock(lockText);
    expect(buildOrder(lock, ["server", "tool"])).toEqual(["base", "tool", "server"]);
  });
});

describe("every image that is built", () => {
  const lock = readLock();
  it("has a context, and its Dockerfile names exactly the bases of the lock", () => {
    const { readFileSync } = jest.requireActual<typeof import("node:fs")>("node:fs");
    for (const [name, { build }] of Object.entries(lock)) {
      if (!build || build.debootstrap) continue;
      const text = readFileSync(path.join(__dirname, "../../../docker/images", name, "Dockerfile"), "utf8");
      const named = [...text.matchAll(/^ARG (\w+)$/gm)].map((match) => match[1]).sort();
      expect([name, named]).toEqual([name, build.from.map(baseArgument).sort()]);
    }
  });
});
