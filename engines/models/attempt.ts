/** One request for a file, or for the rest of it, written to its partial file. */
import { statfsSync } from "node:fs";
import path from "node:path";
import { get, type Answer } from "./http";
import * as messages from "./messages";
import type { PartialFile, Validator } from "./partial";
import { DownloadFault, isFormat, MAGIC, PassingFault, type DownloadPlan } from "./plan";

/** What an attempt works with. */
export interface Tools extends Omit<Parameters<typeof get>[1], "headers"> {
  /** Free bytes of the disk that a directory is on. */
  readonly freeBytes: (directory: string) => number;
  /** Told how many bytes there are by now, and how many it will be, if that is known. */
  readonly reach: (bytes: number, total: number | undefined) => void;
}

/** What arrives is not the model, so none of it is worth keeping. */
class WrongContent extends DownloadFault {}

/** Left free, in bytes: a full disk stops containers too. */
const SPARE = 64 * 2 ** 20;

export const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

/** @throws DownloadFault when the disk cannot take so many more bytes. */
export function checkSpace(plan: DownloadPlan, needed: number, free: Tools["freeBytes"]): void {
  const directory = path.dirname(plan.target);
  const available = free(directory);
  if (needed + SPARE > available) throw new DownloadFault(messages.noSpace(plan, directory, needed, available, SPARE));
}

/** Only a strong validator tells that bytes are the same (RFC 9110, section 13.1.5). */
function condition({ etag, lastModified }: Validator): string | undefined {
  return etag?.startsWith('"') ? etag : lastModified;
}

/** Headers that ask for the rest. Without a validator only a checksum tells whether the parts fit. */
function rangeHeaders(plan: DownloadPlan, partial: PartialFile): Record<string, string> {
  const { size } = partial.content;
  const known = condition(partial.validator());
  if (size < MAGIC[plan.format].length || (known === undefined && plan.sha256 === undefined)) return {};
  return { range: `bytes=${size}-`, ...(known === undefined ? {} : { "if-range": known }) };
}

/** Retry-After in seconds: a number, or a date (RFC 9110, section 10.2.3). */
function retryAfter({ header }: Answer): number | undefined {
  const value = header("retry-after");
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** @throws unless the answer is a file, or a part of one. */
function checkAnswer(plan: DownloadPlan, answer: Answer, token: string | undefined): void {
  const { status, header, url } = answer;
  if (status === 401 || status === 403)
    throw new DownloadFault(messages.refused(plan, status, url.host, token !== undefined, answer.authorised));
  if (status === 404 || status === 410) throw new DownloadFault(messages.missing(plan, status));
  if ([408, 425, 429].includes(status) || status >= 500)
    throw new PassingFault(`${url.host} answers ${status}`, retryAfter(answer));
  if (status !== 200 && status !== 206) throw new DownloadFault(messages.unusable(plan, status));
  const type = header("content-type") ?? "";
  if (/^text\/html|xhtml/i.test(type)) throw new DownloadFault(messages.webPage(plan, type));
  const encoding = header("content-encoding") ?? "identity";
  if (encoding !== "identity") throw new DownloadFault(messages.compressed(plan, encoding));
}

/** Content-Range: where the part starts, and how long the whole is. */
function rangeOf({ header }: Answer): { readonly start?: number; readonly total?: number } {
  const found = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header("content-range") ?? "");
  const number = (text: string | undefined): number | undefined =>
    text === undefined || text === "*" ? undefined : Number(text);
  return { start: number(found?.[1]), total: number(found?.[2]) };
}

const validatorOf = ({ header }: Answer): Validator => ({
  etag: header("etag"),
  lastModified: header("last-modified"),
});

/** Gets the partial file ready for the body of an answer. @throws PassingFault when the body does not fit to it. */
function align(partial: PartialFile, answer: Answer): void {
  if (answer.status === 200) return partial.restart(validatorOf(answer));
  const [before, now] = [condition(partial.validator()), condition(validatorOf(answer))];
  const changed = before !== undefined && now !== undefined && before !== now;
  if (!changed && rangeOf(answer).start === partial.content.size) return;
  partial.remove();
  throw new PassingFault(changed ? "the file has changed at its source" : "another part than the wanted one is sent");
}

function totalOf(plan: DownloadPlan, answer: Answer): number | undefined {
  const length = answer.status === 200 ? answer.header("content-length") : undefined;
  const total = length === undefined ? rangeOf(answer).total : Number(length);
  if (total !== undefined && plan.bytes !== undefined && total !== plan.bytes)
    throw new DownloadFault(messages.otherSize(plan, total, plan.bytes));
  const chunked = answer.header("transfer-encoding") !== undefined;
  if (total === undefined && !chunked && plan.sha256 === undefined) throw new DownloadFault(messages.endless(plan));
  return plan.bytes ?? total;
}

/** Writes the body. @throws when it is no model file, or longer or shorter than told. */
async function receive(
  plan: DownloadPlan,
  partial: PartialFile,
  answer: Answer,
  total: number | undefined,
  tools: Tools,
): Promise<void> {
  const { content } = partial;
  await partial.append(answer.body as AsyncIterable<Buffer>, (chunk) => {
    const size = content.size + chunk.length;
    if (total !== undefined && size > total) throw new WrongContent(messages.tooLong(plan, total));
    const head = content.headWith(chunk);
    if (!isFormat(plan, head)) throw new WrongContent(messages.otherFormat(plan, head));
    tools.reach(size, total);
  });
  if (total !== undefined && content.size < total)
    throw new PassingFault(`the answer ended at ${content.size} of ${total} bytes`);
}

/** The server has nothing after the bytes that are here. @throws unless they are the whole file. */
function nothingLeft(plan: DownloadPlan, partial: PartialFile, answer: Answer): void {
  const { total } = rangeOf(answer);
  if (total === partial.content.size) return;
  partial.remove();
  if (total !== undefined && plan.bytes !== undefined && total !== plan.bytes)
    throw new DownloadFault(messages.otherSize(plan, total, plan.bytes));
  throw new PassingFault("the file has another size now");
}

/**
 * Asks for what is missing of a file and writes it, until it is whole as far as sizes tell.
 *
 * @throws DownloadFault when it cannot become the model; PassingFault or an error of the network when another attempt may
 * help. The partial file holds what has arrived.
 */
export async function attempt(plan: DownloadPlan, partial: PartialFile, tools: Tools): Promise<void> {
  const answer = await get(plan.url, { ...tools, headers: rangeHeaders(plan, partial) });
  // A body that is not read to its end is given up; that is no news.
  answer.body.on("error", () => undefined);
  try {
    if (answer.status === 416) return nothingLeft(plan, partial, answer);
    checkAnswer(plan, answer, tools.token);
    const total = totalOf(plan, answer);
    align(partial, answer);
    if (total !== undefined) checkSpace(plan, total - partial.content.size, tools.freeBytes);
    await receive(plan, partial, answer, total, tools);
  } catch (error) {
    if (error instanceof WrongContent) partial.remove();
    throw error;
  } finally {
    answer.body.destroy();
  }
}
