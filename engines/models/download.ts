/**
 * Fetches a model file: resumed where an earlier attempt ended, held against size and SHA-256, and put to its place in one
 * step. A file that is there and right is not fetched again; a wrong or partial one is never at its place.
 */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { readText, selectSecrets } from "../files/layout";
import { withLock } from "../images/exclusive";
import type { Sink } from "../images/progress";
import { freeBytes, type Tools } from "./attempt";
import { fetchWhole, RETRY_MS, type Job } from "./fetch";
import { connections } from "./http";
import * as messages from "./messages";
import { PartialFile } from "./partial";
import { lockFile, partialFile, type DownloadPlan, type Outcome } from "./plan";
import { findPresent } from "./present";
import { size } from "./progress";
import { writeRecord } from "./record";

export interface DownloadOptions {
  /** Stops it; what has arrived is kept. */
  readonly signal?: AbortSignal;
  /** Progress and warnings. */
  readonly sink?: Sink;
  readonly freeBytes?: Tools["freeBytes"];
  readonly retryMs?: number;
}

/** The download was stopped from outside. */
export class Stopped extends Error {}

/** Value of a secret in a dotenv file; undefined when there is none. */
function readToken(token: DownloadPlan["token"]): string | undefined {
  if (token === undefined) return undefined;
  if (token.value !== undefined) return token.value.trim() || undefined;
  const line = selectSecrets(readText(token.file) ?? "", [token.name]);
  const value = line.slice(token.name.length + 1).trim();
  return value.replace(/^(["'])(.*)\1$/, "$2") || undefined;
}

/** Parts of other sources of the same file, which nobody will go on with. */
function removeOtherParts(plan: DownloadPlan): void {
  const directory = path.dirname(partialFile(plan));
  const name = path.basename(plan.target);
  const isPart = (entry: string): boolean =>
    entry.startsWith(name) && /^\.[0-9a-f]{16}\.partial(\.json)?$/.test(entry.slice(name.length));
  for (const entry of readdirSync(directory).filter(isPart)) rmSync(path.join(directory, entry));
}

async function fetchAndPlace(job: Job): Promise<Outcome> {
  const { plan, partial, transfer } = job;
  await fetchWhole(job);
  const [sha256, bytes] = [partial.content.sha256(), partial.content.size];
  partial.place();
  writeRecord(plan, sha256);
  removeOtherParts(plan);
  return { status: "fetched", sha256, bytes, transfer };
}

async function presentOrFetched(plan: DownloadPlan, options: DownloadOptions): Promise<Outcome> {
  const { sink = process.stderr, signal } = options;
  const title = `model ${path.basename(plan.target)}`;
  const present = await findPresent(plan, title, sink, signal);
  if (present !== undefined) {
    const { sha256, bytes } = present;
    return { status: "present", sha256, bytes, transfer: { seconds: 0, bytes: 0 } };
  }
  const dispatcher = connections();
  const tools = { dispatcher, signal, token: readToken(plan.token), freeBytes: options.freeBytes ?? freeBytes };
  const { retryMs = RETRY_MS } = options;
  const transfer = { seconds: 0, bytes: 0 };
  const job = { plan, partial: new PartialFile(plan), title, sink, retryMs, tools, transfer };
  try {
    return await fetchAndPlace(job);
  } finally {
    await dispatcher.destroy();
  }
}

/**
 * Makes sure that the model is at its place. Of several at once for one target, one works and the others wait for it.
 *
 * @throws DownloadFault saying what to do; Stopped when the signal ended it.
 */
export async function download(plan: DownloadPlan, options: DownloadOptions = {}): Promise<Outcome> {
  const { sink = process.stderr, signal } = options;
  const waiting = (pid: number): string =>
    `${plan.target}: another download is at it (process ${pid}); waiting for it to end`;
  try {
    const work = (): Promise<Outcome> => presentOrFetched(plan, options);
    const outcome = await withLock(lockFile(plan.target), sink, work, { waiting, signal });
    if (plan.sha256 === undefined) sink.write(`${messages.withoutChecksum(plan, outcome.sha256)}\n`);
    return outcome;
  } catch (error) {
    if (!signal?.aborted) throw error;
    const left = new PartialFile(plan).left();
    const kept = left === 0 ? "nothing has arrived" : `the next run continues after the ${size(left)} that are here`;
    throw new Stopped(`${plan.url}: stopped; ${kept}`);
  }
}
