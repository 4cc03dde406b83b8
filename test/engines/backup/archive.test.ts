import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { encrypted, ensureKey, readKey } from "../../../engines/backup/age";
import { FORMAT, type EntryHeader, type Manifest } from "../../../engines/backup/format";
import { readArchive } from "../../../engines/backup/read-archive";
import { ArchiveWriter } from "../../../engines/backup/write-archive";

let directory: string;
let key: string;
let file: string;

const MANIFEST: Manifest = {
  ...{ format: FORMAT, project: "p", stack: "s", time: "2026-01-01T00:00:00Z", dataUser: "1000:1000" },
  ...{ images: {}, files: [], leftOut: {} },
};
/** Does not compress, and needs several of age's chunks. */
const NOISE = randomBytes(200_000);

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "archive-"));
  expect(await ensureKey(path.join(directory, "key"))).toBe(true);
  key = readKey(path.join(directory, "key"));
  file = await write();
});
afterAll(() => fs.rmSync(directory, { recursive: true }));

async function write(): Promise<string> {
  const target = path.join(directory, "archive.age");
  const writer = ArchiveWriter.create(target, key);
  await writer.text("manifest.json", JSON.stringify(MANIFEST));
  await writer.text("config.yaml", "config: {}\n");
  await writer.parts("postgres/", "sql", Readable.from([Buffer.from("SELECT 1;\n"), NOISE, NOISE]));
  await writer.add({ name: "data/a", type: "directory", uid: 999, gid: 7, mode: 0o700 });
  await writer.add({ name: "data/a/noise", type: "file", size: NOISE.length, uid: 999 }, [NOISE]);
  await writer.add({ name: "data/a/link", type: "symlink", linkname: "../../elsewhere" });
  await writer.finish();
  return target;
}

/** An archive of any entries, without the checks of the writer. */
async function forged(entries: readonly [EntryHeader, string?][]): Promise<string> {
  const target = path.join(directory, `forged-${Math.random()}.age`);
  const tar = pack();
  tar.entry({ name: "manifest.json" }, JSON.stringify(MANIFEST));
  for (const [header, content] of entries) tar.entry(header, content ?? "");
  tar.finalize();
  const cipher = await encrypted((tar as unknown as Readable).pipe(createGzip()), key);
  fs.writeFileSync(target, Buffer.concat(await cipher.toArray()));
  return target;
}

/** A copy that is changed by `change`. */
function changed(change: (content: Buffer) => Buffer): string {
  const target = path.join(directory, "changed.age");
  fs.writeFileSync(target, change(fs.readFileSync(file)));
  return target;
}

it("gives back what was put in, with owners and modes", async () => {
  const found = new Map<string, [EntryHeader, Buffer]>();
  const { manifest } = await readArchive(file, key, async (header, content) => {
    found.set(header.name, [header, Buffer.concat(await Readable.from(content).toArray())]);
  });
  expect(manifest).toEqual(MANIFEST);
  expect([...found.keys()]).toEqual(
    ["config.yaml", "postgres/000001.sql", "data/a/", "data/a/noise", "data/a/link"].map((name) =>
      name.replace(/\/$/, ""),
    ),
  );
  expect(found.get("postgres/000001.sql")?.[1].equals(Buffer.concat([Buffer.from("SELECT 1;\n"), NOISE, NOISE]))).toBe(
    true,
  );
  expect(found.get("data/a/noise")?.[1].equals(NOISE)).toBe(true);
  expect(found.get("data/a")?.[0]).toMatchObject({ uid: 999, gid: 7, mode: 0o700, type: "directory" });
});

it("is for its owner alone, and shows nothing of what is in it", () => {
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(fs.statSync(path.join(directory, "key")).mode & 0o777).toBe(0o600);
  expect(fs.readFileSync(file).includes("manifest")).toBe(false);
});

it("a change of any byte is found", async () => {
  const { length } = fs.readFileSync(file);
  const places = [
    ...Array.from({ length: 220 }, (_byte, index) => index),
    ...Array.from({ length: 40 }, (_byte, index) => Math.floor(((length - 221) * index) / 39) + 220),
  ];
  const missed: number[] = [];
  for (const place of places) {
    const damaged = changed((content) => {
      content[place] = (content[place] ?? 0) ^ 1;
      return content;
    });
    await readArchive(damaged, key).then(
      () => missed.push(place),
      () => undefined,
    );
  }
  expect(missed).toEqual([]);
});

it.each([0, 10, 300, 65_000, 200_000, -1, -17, -100])("cut off at %i it is refused", async (end) => {
  await expect(
    readArchive(
      changed((content) => content.subarray(0, end < 0 ? content.length + end : end)),
      key,
    ),
  ).rejects.toThrow(/is damaged/);
});

it("says the same when somebody looks at the entries", async () => {
  const seen: string[] = [];
  const looked = readArchive(
    changed((content) => content.subarray(0, -100)),
    key,
    async ({ name }, content) => {
      seen.push(name);
      for await (const _chunk of content);
    },
  );
  await expect(looked).rejects.toThrow(/is damaged, or cut off/);
  expect(seen).toContain("config.yaml");
});

it("what a visitor throws comes out as it is", async () => {
  const own = new Error("no room");
  await expect(readArchive(file, key, () => Promise.reject(own))).rejects.toBe(own);
});

it.each(["before the first entry", "while an entry is read"])(
  "%s, it ends with the reason of a signal",
  async (when) => {
    const [controller, reason] = [new AbortController(), new Error("enough")];
    const seen: string[] = [];
    if (when.startsWith("before")) controller.abort(reason);
    const read = readArchive(
      file,
      key,
      async ({ name }, content) => {
        seen.push(name);
        controller.abort(reason);
        for await (const _chunk of content);
      },
      controller.signal,
    );
    await expect(read).rejects.toBe(reason);
    expect(seen.length).toBeLessThan(2);
  },
);

it("another key is refused by name of the option", async () => {
  await ensureKey(path.join(directory, "other"));
  await expect(readArchive(file, readKey(path.join(directory, "other")))).rejects.toThrow(
    /was not made with this key .*--key FILE/,
  );
  fs.writeFileSync(path.join(directory, "no-key"), "secret\n");
  expect(() => readKey(path.join(directory, "no-key"))).toThrow(/is no key file/);
  expect(() => readKey(path.join(directory, "none"))).toThrow(/there is no key file/);
});

it.each<[string, readonly [EntryHeader, string?][]]>([
  ["leads elsewhere", [[{ name: "data/../../etc/cron.d/x" }]]],
  ["leads elsewhere", [[{ name: "/etc/passwd" }]]],
  ["is in no place", [[{ name: "elsewhere/x" }]]],
  ["is in no place", [[{ name: "database" }]]],
  ["is a character-device", [[{ name: "data/x", type: "character-device" }]]],
  ["is a link to elsewhere", [[{ name: "data/x", type: "link", linkname: "../x" }]]],
  ["is a link or directory beside", [[{ name: "config.yaml", type: "symlink", linkname: "/etc/passwd" }]]],
  ["lies below the link", [[{ name: "data/x", type: "symlink", linkname: "/etc" }], [{ name: "data/x/y/passwd" }]]],
  ["is there twice", [[{ name: "data/x", type: "symlink", linkname: "/etc/passwd" }], [{ name: "data/x" }]]],
  ["ends too early", [[{ name: "data/x" }]]],
  [
    "checksums do not fit: manifest.json, data/x",
    [[{ name: "data/x" }], [{ name: "checksums.json" }, '{"entries":[]}']],
  ],
])("an entry is refused: it %s", async (why, entries) => {
  await expect(readArchive(await forged(entries), key)).rejects.toThrow(why);
});

it("a format of another version is refused", async () => {
  const writer = ArchiveWriter.create(path.join(directory, "newer.age"), key);
  await writer.text("manifest.json", JSON.stringify({ ...MANIFEST, format: "mcp-gateway-stack/2" }));
  await writer.finish();
  await expect(readArchive(path.join(directory, "newer.age"), key)).rejects.toThrow(
    /this version reads mcp-gateway-stack\/1/,
  );
});

it("a stack whose name would be a path is refused", async () => {
  const writer = ArchiveWriter.create(path.join(directory, "path.age"), key);
  await writer.text("manifest.json", JSON.stringify({ ...MANIFEST, stack: "../x" }));
  await writer.finish();
  await expect(readArchive(path.join(directory, "path.age"), key)).rejects.toThrow(/"\.\.\/x" has no name of a stack/);
});

it("the writer says what it could not write", async () => {
  const writer = ArchiveWriter.create(file, key);
  await expect(writer.text("manifest.json", "{}").then(() => writer.finish())).rejects.toThrow(/EEXIST/);
});
