/** Writes an archive, entry by entry; see format.ts. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { encrypted } from "./age";
import { pump } from "./pump";
import { CHECKSUMS, NameGuard, type EntryHeader, type Sum } from "./format";

/** More would double the time for some percent: what is large in data is mostly compressed already. */
const LEVEL = 1;
/** Bytes of an entry that holds a part of something whose length is not known before. */
const PART_BYTES = 8 * 2 ** 20;

/** An archive under way. After an error it cannot be used any more; `finish` has to be awaited all the same. */
export class ArchiveWriter {
  private readonly sums: Sum[] = [];
  /** Of all entries so far, as they are without compression. */
  bytes = 0;
  private readonly guard = new NameGuard();
  private readonly tar = pack();
  private readonly written: Promise<void>;
  private failure: Error | undefined;

  private constructor(file: string, key: string) {
    const done = this.flow(file, key);
    done.catch((error: Error) => this.fail(error));
    this.written = done;
  }

  /** Begins a file that its owner alone may read; there must be none. */
  static create = (file: string, key: string): ArchiveWriter => new ArchiveWriter(file, key);

  private async flow(file: string, key: string): Promise<void> {
    const zip = createGzip({ level: LEVEL });
    const zipped = pipeline(this.tar as unknown as Readable, zip);
    const stored = pipeline(await encrypted(zip, key), createWriteStream(file, { mode: 0o600, flags: "wx" }));
    await Promise.all([zipped, stored]);
  }

  /** Ends it before its time: whoever waits for it gets this error. */
  fail(error: Error): void {
    this.failure ??= error;
    this.tar.destroy(error);
  }

  /** Adds an entry; `content` brings exactly `header.size` bytes. */
  async add(header: EntryHeader, content: AsyncIterable<Buffer> | readonly Buffer[] = []): Promise<void> {
    this.guard.check(header);
    const hash = createHash("sha256");
    const ended = new Promise<void>((resolve, reject) => {
      const sink = this.tar.entry(header, (error) => (error ? reject(error) : resolve()));
      pump(sink, content, (chunk) => {
        hash.update(chunk);
        this.bytes += chunk.length;
      }).catch(reject);
    });
    try {
      await Promise.race([ended, this.written.then(() => ended)]);
    } catch (error) {
      throw this.failure ?? error;
    }
    this.sums.push({ name: header.name, size: header.size ?? 0, sha256: hash.digest("hex") });
  }

  /** Adds a text. */
  text = (name: string, text: string): Promise<void> => {
    const content = Buffer.from(text);
    return this.add({ name, type: "file", mode: 0o600, size: content.length }, [content]);
  };

  /** Adds what a stream brings, in parts DIRECTORY/000001.EXTENSION and on. Gives its length in bytes. */
  async parts(directory: string, extension: string, stream: AsyncIterable<Buffer>): Promise<number> {
    let [waiting, length, number, total]: [Buffer[], number, number, number] = [[], 0, 0, 0];
    const put = async (): Promise<void> => {
      const name = `${directory}${String(++number).padStart(6, "0")}.${extension}`;
      await this.add({ name, type: "file", mode: 0o600, size: length }, waiting);
      total += length;
      [waiting, length] = [[], 0];
    };
    for await (const chunk of stream) {
      waiting.push(chunk);
      length += chunk.length;
      if (length >= PART_BYTES) await put();
    }
    if (length > 0 || number === 0) await put();
    return total;
  }

  /** Ends the archive with its checksums. @throws Error of whatever went wrong while it was written */
  async finish(): Promise<readonly Sum[]> {
    const sums = [...this.sums];
    await this.text(CHECKSUMS, JSON.stringify({ entries: sums }));
    this.tar.finalize();
    await this.written;
    return sums;
  }
}
