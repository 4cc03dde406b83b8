import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readBack } from "../../../commands/backup/make";
import { ensureKey, readKey } from "../../../engines/backup/age";
import { FORMAT } from "../../../engines/backup/format";
import { ArchiveWriter } from "../../../engines/backup/write-archive";

const MANIFEST = {
  ...{ format: FORMAT, project: "p", stack: "s", time: "2026-01-01T00:00:00Z", dataUser: "1000:1000" },
  ...{ images: {}, files: [], leftOut: {} },
};
/** More than all streams on the way hold at once. */
const LARGE = 16 * 2 ** 20;

let directory: string;
let key: string;
let file: string;
beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "interrupt-"));
  await ensureKey(path.join(directory, "key"));
  key = readKey(path.join(directory, "key"));
  file = path.join(directory, "archive.age");
  const writer = ArchiveWriter.create(file, key);
  await writer.text("manifest.json", JSON.stringify(MANIFEST));
  await writer.add({ name: "data/noise", type: "file", size: LARGE }, [randomBytes(LARGE)]);
  await writer.finish();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => fs.rmSync(directory, { recursive: true }));

it("a reading that is interrupted says so, and reads no further", async () => {
  const opened = jest.spyOn(fs, "createReadStream");
  const before = process.listenerCount("SIGINT");
  const reading = readBack(file, key);
  process.emit("SIGINT", "SIGINT");
  await expect(reading).rejects.toThrow("interrupted (SIGINT); nothing was changed");
  const source = opened.mock.results[0]?.value as fs.ReadStream;
  if (!source.closed) await new Promise<void>((resolve) => source.once("close", () => resolve()));
  expect(source.bytesRead).toBeLessThan(LARGE);
  expect(process.listenerCount("SIGINT")).toBe(before);
});

it("without an interruption all of it is read", async () => {
  expect((await readBack(file, key)).bytes).toBeGreaterThan(LARGE);
});
