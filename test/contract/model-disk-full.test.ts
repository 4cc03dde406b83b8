/** A disk that is really full, while a model arrives: a small tmpfs. Mounting it takes root. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { partialFile } from "../../engines/models/plan";
import { modelBytes } from "../support/bad-server";
import { ModelFetch } from "../support/model-fetch";

let model: ModelFetch;
let disk: string;
beforeEach(async () => {
  model = await ModelFetch.start(modelBytes(3_000_000));
  disk = path.dirname(model.target);
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "model-disk-full-test", disk]);
});
afterEach(async () => {
  execFileSync("umount", [disk]);
  await model.close();
});

describe("a disk that gets full", () => {
  it("ends the download, keeps what has arrived, and the next run continues when there is space", async () => {
    const other = path.join(disk, "other");
    writeFileSync(other, Buffer.alloc(3_000_000));
    const plenty = { freeBytes: () => 2 ** 40 }; // As if the space had been taken by others in the meantime.

    expect(await model.fault(model.plan(), plenty)).toBe(
      `${disk}: the disk is full; free space and run again: what has arrived of ${model.server.url()} is kept`,
    );
    expect(model.found()).toBeUndefined();
    const kept = statSync(partialFile(model.plan())).size;
    expect(kept).toBeGreaterThan(0);

    rmSync(other);
    expect((await model.fetch(model.plan(), plenty)).status).toBe("fetched");
    expect(model.found()).toBe(model.right);
    expect(model.server.ranges()).toEqual(["", `bytes=${kept}-`]);
  });

  it("is told before anything is asked for, in the numbers of the disk itself", async () => {
    const { code, stderr } = await model.run().ended;

    expect(code).toBe(1);
    expect(stderr).toBe(
      `${disk}: 4.2 MB are free, but the rest of ${model.server.url()} takes 3.0 MB, and 67 MB are to stay free; free ` +
        "space, set dataDir to another disk, or choose a smaller model (llamaCppModel)\n",
    );
    expect(model.server.asked).toEqual([]);
    expect(model.found()).toBeUndefined();
  });
});
