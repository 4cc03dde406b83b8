/** The part of a file that has arrived: on disk, with the hash of its bytes. */
import { createHash, type Hash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { finished } from "node:stream/promises";
import { DownloadFault, partialFile, validatorFile, type DownloadPlan } from "./plan";
import { readJson, writeJson } from "./record";

/** Bytes that are kept of the beginning, to tell what a file is. */
const HEAD = 16;
/** Bytes that are read and written at a time: a few large steps cost less than many small ones. */
const BLOCK = 2 ** 20;

/** What tells one content of a URL from another (RFC 9110, section 8.8); both undefined: nothing does. */
export interface Validator {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** What the bytes of a file come to. */
export class Content {
  private readonly hash: Hash = createHash("sha256");
  /** The first bytes, up to 16. */
  head: Buffer = Buffer.alloc(0);
  size = 0;

  /** What `head` is once this is added. */
  headWith(chunk: Buffer): Buffer {
    const missing = HEAD - this.head.length;
    return missing === 0 ? this.head : Buffer.concat([this.head, chunk.subarray(0, missing)]);
  }

  add(chunk: Buffer): void {
    this.head = this.headWith(chunk);
    this.hash.update(chunk);
    this.size += chunk.length;
  }

  /** SHA-256 so far, as 64 hexadecimal digits. */
  sha256 = (): string => this.hash.copy().digest("hex");
}

/** Reads a file as a whole. `reach` is told how far. */
export async function readContent(
  file: string,
  reach: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<Content> {
  const content = new Content();
  for await (const chunk of createReadStream(file, { highWaterMark: BLOCK, signal })) {
    content.add(chunk as Buffer);
    reach(content.size);
  }
  return content;
}

/** A download as far as it has come; it can be gone on with as long as its source does not change. */
export class PartialFile {
  private readonly file: string;
  /** Whether its bytes come from more than one answer. */
  continued = false;
  content = new Content();

  constructor(private readonly plan: DownloadPlan) {
    this.file = partialFile(plan);
  }

  /** Bytes on disk, which an earlier run left. */
  left(): number {
    return statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Takes over what an earlier run left. */
  async takeOver(reach: (bytes: number) => void, signal: AbortSignal | undefined): Promise<void> {
    this.content = await readContent(this.file, reach, signal);
    this.continued = true;
  }

  /** What the source said when these bytes were its content. */
  validator = (): Validator => readJson<Validator>(validatorFile(this.plan)) ?? {};

  /** Starts from nothing with the content that `validator` tells. */
  restart(validator: Validator): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    if (this.left() > 0) truncateSync(this.file);
    writeJson(validatorFile(this.plan), validator);
    this.content = new Content();
    this.continued = false;
  }

  /** Appends what comes; `accept` sees every chunk before it is written, and may throw. Whatever came is on disk at the end. */
  async append(chunks: AsyncIterable<Buffer>, accept: (chunk: Buffer) => void): Promise<void> {
    this.continued ||= this.content.size > 0;
    const out = createWriteStream(this.file, { flags: "a", highWaterMark: BLOCK, flush: true });
    const written = finished(out).catch((error: NodeJS.ErrnoException) => {
      throw new DownloadFault(this.diskMessage(error));
    });
    written.catch(() => undefined); // It is awaited below, after the last chunk.
    try {
      for await (const chunk of chunks) {
        accept(chunk);
        this.content.add(chunk);
        if (!out.write(chunk)) await Promise.race([once(out, "drain").catch(() => undefined), written]);
      }
    } finally {
      out.end();
      await written;
    }
  }

  private diskMessage({ code, message }: NodeJS.ErrnoException): string {
    const directory = path.dirname(this.plan.target);
    if (code !== "ENOSPC") return `${this.file} cannot be written: ${message}`;
    return `${directory}: the disk is full; free space and run again: what has arrived of ${this.plan.url} is kept`;
  }

  /** Makes it the target, in one step; containers of any user can read it, whatever the umask says. */
  place(): void {
    chmodSync(this.file, 0o644);
    renameSync(this.file, this.plan.target);
    rmSync(validatorFile(this.plan), { force: true });
  }

  remove(): void {
    rmSync(this.file, { force: true });
    rmSync(validatorFile(this.plan), { force: true });
    this.content = new Content();
  }
}
