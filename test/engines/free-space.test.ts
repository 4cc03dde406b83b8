import os from "node:os";
import { spaceFault } from "../../engines/free-space";

it.each([50, 51, 1_000_000])("%s MiB are enough", (free) => {
  expect(spaceFault("/data", free)).toBeUndefined();
});

it.each([49, 0])("%s MiB are too few, and the fault names the directory, what is there and what is needed", (free) => {
  expect(spaceFault("/data", free)).toBe(
    `"/data" is on a disk with ${free} MiB of free space, and an update needs 50; free some`,
  );
});

it("a directory that does not exist yet is judged by the disk that it will be on", () => {
  expect(spaceFault(`${os.tmpdir()}/not/made/yet`)).toBe(spaceFault(os.tmpdir()));
});

it("a file system without room is found out", () => {
  // The kernel's own: it holds nothing and takes nothing.
  expect(spaceFault("/proc")).toMatch(/^"\/proc" is on a disk with 0 MiB/);
});
