/** A file in a data directory that is being restored: whoever finds it knows that not everything is there yet. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "../files/write";

const NAME = "restore-unfinished.json";

export const markerFile = (dataDir: string): string => path.join(dataDir, NAME);

export const isUnfinished = (dataDir: string): boolean => existsSync(markerFile(dataDir));

/** Whether something is there that a restore must not overwrite. */
export const hasData = (dataDir: string): boolean =>
  existsSync(dataDir) && !isUnfinished(dataDir) && readdirSync(dataDir).length > 0;

export function mark(dataDir: string, archive: string): void {
  mkdirSync(dataDir, { recursive: true });
  writeWhole(markerFile(dataDir), `${JSON.stringify({ archive })}\n`, 0o644);
}

export const unmark = (dataDir: string): void => rmSync(markerFile(dataDir));

/** Why a stack must not come up on this data. */
export const restoreFaults = (dataDir: string): string[] =>
  isUnfinished(dataDir)
    ? [
        `dataDir: "${dataDir}" holds a restore that was cut off, so part of the data is missing; run the same npm run restore again, which begins anew`,
      ]
    : [];
