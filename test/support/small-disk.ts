/** A small disk in memory. Needs root on Linux. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export interface SmallDisk {
  readonly directory: string;
  /** Leaves no room on it. */
  fill(): void;
  /** Makes room again. */
  free(): void;
  /** Removes it with all that it holds. */
  remove(): void;
}

/** Makes a disk of this size; the caller removes it in the end. */
export function smallDisk(mebibytes: number): SmallDisk {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", directory]);
  } catch (error) {
    fs.rmdirSync(directory);
    throw error;
  }
  const filler = path.join(directory, "full");
  return {
    directory,
    // Ends with an error when the disk is full.
    fill: () => void spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"], { stdio: "ignore" }),
    free: () => fs.rmSync(filler),
    remove: () => {
      execFileSync("umount", [directory]);
      fs.rmdirSync(directory);
    },
  };
}
