/** Looks at what lies at the target already. */
import { renameSync, statSync } from "node:fs";
import type { Sink } from "../images/progress";
import * as messages from "./messages";
import { readContent, type Content } from "./partial";
import { asideFile, DownloadFault, isFormat, MAGIC, type DownloadPlan } from "./plan";
import { Meter, size } from "./progress";
import { isUntouched, isWanted, readRecord, writeRecord } from "./record";

/** SHA-256 and bytes of the file at the target. */
export interface Present {
  readonly sha256: string;
  readonly bytes: number;
}

/** What the file's SHA-256 has to be: as set, else as it was when it came from the same URL; undefined: anything. */
function expectedSha256({ sha256, url, target }: DownloadPlan): string | undefined {
  const record = readRecord(target);
  return sha256 ?? (record?.url === url ? record.sha256 : undefined);
}

/** Why a file is not the one that is wanted; undefined: it is. */
function otherwise(plan: DownloadPlan, content: Content): string | undefined {
  const [found, expected] = [content.sha256(), expectedSha256(plan)];
  if (expected !== undefined) return found === expected ? undefined : `has SHA-256 ${found}, expected ${expected}`;
  const begins = JSON.stringify(content.head.toString("latin1"));
  return isFormat(plan, content.head) && content.size > MAGIC[plan.format].length
    ? undefined
    : `begins with ${begins}, expected ${JSON.stringify(MAGIC[plan.format])}`;
}

async function read(plan: DownloadPlan, title: string, sink: Sink, signal: AbortSignal | undefined): Promise<Content> {
  const meter = new Meter(title, "checking the file that is there,", sink, 0);
  meter.total = statSync(plan.target).size;
  try {
    const content = await readContent(plan.target, (bytes) => meter.reach(bytes), signal);
    meter.end(`${size(content.size)} checked in`);
    return content;
  } catch (error) {
    meter.end("stopped after");
    throw error;
  }
}

/**
 * The model at the target, if it is the wanted one; it is read only if it was not verified before or has changed since.
 * An earlier model of the same name stays until it is replaced; anything else is moved aside, so that nothing uses it.
 *
 * @throws DownloadFault when the target is no file.
 */
export async function findPresent(
  plan: DownloadPlan,
  title: string,
  sink: Sink,
  signal: AbortSignal | undefined,
): Promise<Present | undefined> {
  const { target } = plan;
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new DownloadFault(`${target}: is there, but is no file; remove it`);
  const record = readRecord(target);
  if (isUntouched(target, record)) {
    if (!isWanted(plan, record)) return undefined;
    writeRecord(plan, record.sha256);
    return record;
  }
  const content = await read(plan, title, sink, signal);
  const fault = otherwise(plan, content);
  if (fault !== undefined) {
    sink.write(`${messages.setAside(plan, fault, asideFile(target))}\n`);
    renameSync(target, asideFile(target));
    return undefined;
  }
  writeRecord(plan, content.sha256());
  return { sha256: content.sha256(), bytes: content.size };
}
