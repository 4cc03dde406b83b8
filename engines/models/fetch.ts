/** The fetching itself: attempts until the content is right, with pauses between them. */
import { setTimeout as sleep } from "node:timers/promises";
import { isNativeError } from "node:util/types";
import type { Sink } from "../images/progress";
import { attempt, checkSpace, type Tools } from "./attempt";
import * as messages from "./messages";
import type { PartialFile } from "./partial";
import { DownloadFault, isFormat, MAGIC, PassingFault, type DownloadPlan } from "./plan";
import { Meter, size } from "./progress";

/** Attempts in a row that bring nothing new. */
const MOST_ATTEMPTS = 6;
/** Waiting time after the first of them, in milliseconds; it doubles: 31 s in all. */
export const RETRY_MS = 1_000;
/** Longest waiting time that a server may ask for, in seconds; beyond that, people should decide. */
const LONGEST_WAIT = 120;

/** One download. */
export interface Job {
  readonly plan: DownloadPlan;
  readonly partial: PartialFile;
  readonly title: string;
  readonly sink: Sink;
  readonly retryMs: number;
  readonly tools: Omit<Tools, "reach">;
  /** What was received, over all attempts. */
  readonly transfer: { seconds: number; bytes: number };
}

/** Codes of errors of the network; those of the disk and of wrong arguments are not among them. */
const NETWORK = /^(UND_ERR_(?!INVALID_ARG)|HPE_|ERR_SSL_|ECONN|EHOST|ENET|EPIPE|EPROTO|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)/;

/** Node's and undici's errors often hide the reason: in their cause, or in one error for each address of a host. */
function reasonOf({ message, cause, errors = [] }: Error & { readonly errors?: readonly Error[] }): string {
  const hidden = [...errors, ...(isNativeError(cause) ? [cause] : [])].map((error) => error.message);
  return [message, hidden.join(", ")].filter(Boolean).join(": ");
}

/** An error of the network that may pass; those that do not are thrown on. */
function passing(plan: DownloadPlan, error: unknown): PassingFault {
  if (error instanceof PassingFault) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (/CERT|SIGNATURE/.test(code)) throw new DownloadFault(messages.certificate(plan, (error as Error).message));
  if (!NETWORK.test(code)) throw error;
  return new PassingFault(reasonOf(error as Error));
}

/** One attempt with its progress; undefined when the file is whole as far as sizes tell. */
async function tryOnce({ plan, partial, title, sink, tools, transfer }: Job): Promise<PassingFault | undefined> {
  const before = partial.content.size;
  const meter = new Meter(title, `asking ${new URL(plan.url).host},`, sink, before);
  const started = performance.now();
  let last = started;
  const reach = (bytes: number, total: number | undefined): void => {
    last = performance.now();
    meter.reach(bytes);
    meter.total = total;
  };
  try {
    await attempt(plan, partial, { ...tools, reach });
    meter.end(`${size(partial.content.size)} arrived after`);
    return undefined;
  } catch (error) {
    meter.end(`${size(partial.content.size)} are here, ended after`);
    if (tools.signal?.aborted) throw error;
    return passing(plan, error);
  } finally {
    transfer.seconds += (last - started) / 1000;
    transfer.bytes += Math.max(0, partial.content.size - before);
  }
}

/** Waits before the next attempt. @throws DownloadFault when there should be none. */
async function pause(
  { plan, partial, sink, retryMs, tools }: Job,
  fault: PassingFault,
  failures: number,
): Promise<void> {
  const kept =
    partial.content.size === 0 ? "" : `, which continues after the ${size(partial.content.size)} that are here`;
  if (failures >= MOST_ATTEMPTS)
    throw new DownloadFault(`${plan.url}: ${fault.message}; given up after ${failures} attempts: run again${kept}`);
  const wait = Math.max(retryMs * 2 ** (failures - 1), (fault.retryAfter ?? 0) * 1000);
  if (wait > LONGEST_WAIT * 1000) {
    const asked = `asks to be left alone for ${Math.ceil(wait / 1000)} s`;
    throw new DownloadFault(`${plan.url}: ${fault.message} and ${asked}: run again after that${kept}`);
  }
  sink.write(`${plan.url}: ${fault.message}; next attempt in ${Math.ceil(wait / 1000)} s\n`);
  await sleep(wait, undefined, { signal: tools.signal });
}

/** Attempts until the file is whole. They are counted anew whenever one of them got further than all before. */
async function arrive(job: Job): Promise<void> {
  let furthest = job.partial.content.size;
  for (let failures = 1; ; failures++) {
    const fault = await tryOnce(job);
    if (fault === undefined) return;
    if (job.partial.content.size > furthest) failures = 1;
    furthest = Math.max(furthest, job.partial.content.size);
    await pause(job, fault, failures);
  }
}

/** Why a whole file is not the model; undefined: it is, as far as can be told. */
function contentFault(plan: DownloadPlan, { content }: PartialFile): string | undefined {
  if (plan.bytes !== undefined && content.size !== plan.bytes)
    return messages.otherSize(plan, content.size, plan.bytes);
  if (content.size <= MAGIC[plan.format].length || !isFormat(plan, content.head))
    return messages.otherFormat(plan, content.head);
  const found = content.sha256();
  const right = plan.sha256 === undefined || plan.sha256 === found;
  return right ? undefined : messages.otherContent(plan, found, plan.sha256 ?? "");
}

/** Takes over what an earlier run left. */
async function takeOver({ partial, title, sink, tools }: Job): Promise<void> {
  const left = partial.left();
  if (left === 0) return;
  const meter = new Meter(title, `checking ${size(left)} of an earlier run,`, sink, 0);
  meter.total = left;
  await partial
    .takeOver((bytes) => meter.reach(bytes), tools.signal)
    .finally(() => meter.end(`${size(partial.content.size)} of an earlier run read in`));
}

/** Fetches until the content is right. Parts that do not fit together are fetched once more, as one. */
export async function fetchWhole(job: Job): Promise<void> {
  const { plan, partial, sink } = job;
  await takeOver(job);
  if (plan.bytes !== undefined) checkSpace(plan, plan.bytes - partial.content.size, job.tools.freeBytes);
  for (let whole = false; ; whole = true) {
    if (partial.content.size === 0 || partial.content.size !== plan.bytes) await arrive(job);
    const fault = contentFault(plan, partial);
    if (fault === undefined) return;
    const { continued } = partial;
    partial.remove();
    if (whole || !continued) throw new DownloadFault(fault);
    sink.write(`${plan.url}: the parts that arrived do not make the expected file; it is fetched anew\n`);
  }
}
