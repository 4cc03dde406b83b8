import { parseLock, readLock, LOCK_FILE } from "../../../engines/images/lock";
import { withDigests } from "../../../engines/images/lock-text";
import { readFileSync } from "node:fs";

const [OLD, NEW] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const LOCK = `# A comment.
version: 1
images:
  known: # of the first
    purpose: test
    platforms: [linux/amd64]
    pull:
      reference: docker.io/library/known:1.2@${OLD}
      source: public files
      confidence: many files
      run: me, yesterday # on a Sunday
      entrypoint: null # NOT VERIFIED
    build: null

  unknown:
    purpose: test
    platforms: [linux/amd64]
    pull:
      reference: ghcr.io/some/unknown:main
      noDigest: nobody
        knows
      source: tags
      confidence: tag seen
      run: not run
      entrypoint: [run]
    build: null
`;

it("a new digest takes the place of the old one, and says where it is from and that nobody ran it", () => {
  expect(withDigests(LOCK, { known: NEW }, "2026-01-31")).toBe(
    LOCK.replace(OLD, NEW)
      .replace("source: public files", "source: the registry, asked by npm run update")
      .replace("confidence: many files", "confidence: the registry's own answer on 2026-01-31")
      .replace("run: me, yesterday", "run: not run"),
  );
});

it("a first digest ends the excuse for having none", () => {
  const text = withDigests(LOCK, { unknown: NEW }, "2026-01-31");
  expect(text).toContain(`reference: ghcr.io/some/unknown:main@${NEW}\n      source: the registry`);
  expect(parseLock(text)["unknown"]?.pull?.noDigest).toBeUndefined();
});

it("several at once do not get in each other's way, and none changes nothing", () => {
  const lock = parseLock(withDigests(LOCK, { known: NEW, unknown: OLD }, "2026-01-31"));
  expect(Object.values(lock).map(({ pull }) => pull?.reference.split("@")[1])).toEqual([NEW, OLD]);
  expect(withDigests(LOCK, {}, "2026-01-31")).toBe(LOCK);
});

it("the lock of this checkout takes digests for all that is pulled", () => {
  const pulled = Object.entries(readLock()).flatMap(([name, { pull }]) => (pull === null ? [] : [name]));
  const text = withDigests(readFileSync(LOCK_FILE, "utf8"), Object.fromEntries(pulled.map((name) => [name, NEW])), "x");
  const references = Object.values(parseLock(text)).flatMap(({ pull }) => pull?.reference ?? []);
  expect(references).toHaveLength(pulled.length);
  expect(references.filter((reference) => !reference.endsWith(`@${NEW}`))).toEqual([]);
});
