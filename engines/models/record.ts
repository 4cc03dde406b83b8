/**
 * What is remembered of a model file, so that gigabytes are not hashed at every run: its SHA-256, with the size and time
 * of change that it had then. The record also keeps the `generation` that the graph node ran with, as engines/files/layout.ts
 * does for small files: an intact model gives the recorded word, so nothing changes; anything else gives a new one, so the
 * node runs again.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { recordFile, type DownloadPlan } from "./plan";

/** The file at the target was this, when it was last looked through. */
export interface Verified {
  readonly sha256: string;
  /** Where it came from, or was expected to come from. */
  readonly url: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly generation: string;
}

/** Reads a small JSON file; a missing or damaged one is undefined. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Writes a small JSON file as a whole. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value)}\n`);
  renameSync(partial, file);
}

export const readRecord = (target: string): Verified | undefined => readJson<Verified>(recordFile(target));

/** Remembers that the file at the target is this. */
export function writeRecord({ target, url, generation }: DownloadPlan, sha256: string): void {
  const { size: bytes, mtimeMs } = statSync(target);
  writeJson(recordFile(target), { sha256, url, bytes, mtimeMs, generation } satisfies Verified);
}

/** Whether the file has not been touched since the record was written. */
export function isUntouched(target: string, record: Verified | undefined): record is Verified {
  const found = statSync(target, { throwIfNoEntry: false });
  return record !== undefined && found?.size === record.bytes && found.mtimeMs === record.mtimeMs;
}

/** Whether a file that was looked through is what the plan asks for. */
export const isWanted = ({ sha256, url }: Omit<DownloadPlan, "generation">, record: Verified): boolean =>
  sha256 === undefined ? record.url === url : record.sha256 === sha256;

/** Generation of a model; see the head of this file. It only reads. */
export function modelGeneration(plan: Omit<DownloadPlan, "generation">): string {
  const record = readRecord(plan.target);
  return isUntouched(plan.target, record) && isWanted(plan, record) ? record.generation : randomUUID();
}
