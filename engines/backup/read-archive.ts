/** Reads an archive to its end, and believes nothing of it before; see format.ts. */
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { ArchiveFault, decrypted } from "./age";
import {
  CHECKSUMS,
  MANIFEST,
  NameGuard,
  parseManifest,
  type Checksums,
  type EntryHeader,
  type Manifest,
  type Sum,
} from "./format";

/** Does something with an entry; it has to read `content` to its end, or not at all. */
export type Visit = (header: EntryHeader, content: AsyncIterable<Buffer>) => Promise<void>;

interface Entry extends AsyncIterable<Buffer> {
  readonly header: EntryHeader;
}

/** What was found in a whole archive. */
export interface Contents {
  readonly manifest: Manifest;
  readonly sums: readonly Sum[];
  /** Of all entries, as they are without compression. */
  readonly bytes: number;
}

/** Longest manifest or list of checksums that is held in memory, in bytes. */
const LONGEST = 512 * 2 ** 20;

/** What a visitor threw, apart from what is wrong with the archive. */
class VisitorFailed extends Error {}

/** Content of one entry: it is hashed while somebody reads it. */
class Content {
  readonly kept: Buffer[] = [];
  /** The archive cannot be read on from here. */
  broken = false;
  private readonly hash = createHash("sha256");

  constructor(
    private readonly entry: Entry,
    private readonly keep: boolean,
  ) {}

  async *read(): AsyncGenerator<Buffer> {
    let length = 0;
    const chunks = this.entry[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await chunks.next().catch((error: unknown) => {
        this.broken = true;
        throw error;
      });
      if (done) return;
      this.hash.update(value);
      length += value.length;
      if (this.keep && length > LONGEST) throw new ArchiveFault(`the archive's ${this.entry.header.name} is too long`);
      if (this.keep) this.kept.push(value);
      yield value;
    }
  }

  sum(): Sum {
    const { name, size = 0 } = this.entry.header;
    return { name, size, sha256: this.hash.digest("hex") };
  }
}

/** What is found while an archive is read. */
class Reading {
  readonly sums: Sum[] = [];
  manifest: Manifest | undefined;
  private listed: Checksums | undefined;
  private readonly guard = new NameGuard();

  async take(entry: Entry, visit: Visit | undefined): Promise<void> {
    const { header } = entry;
    if (this.listed !== undefined) throw new ArchiveFault(`the archive goes on after its ${CHECKSUMS}`);
    this.guard.check(header);
    const own = header.name === MANIFEST || header.name === CHECKSUMS;
    if (!own && this.manifest === undefined) throw new ArchiveFault(`the archive does not begin with ${MANIFEST}`);
    const content = new Content(entry, own);
    const stream = content.read();
    if (!own && visit !== undefined)
      await visit(header, stream).catch((error: unknown) => {
        throw content.broken ? error : new VisitorFailed("", { cause: error });
      });
    for await (const _rest of stream);
    const text = (): string => Buffer.concat(content.kept).toString();
    if (header.name === MANIFEST) this.manifest = parseManifest(text());
    if (header.name === CHECKSUMS) this.listed = JSON.parse(text()) as Checksums;
    else this.sums.push(content.sum());
  }

  end(): Manifest {
    if (this.listed === undefined || this.manifest === undefined)
      throw new ArchiveFault(`the archive has no ${CHECKSUMS}: it ends too early`);
    const different = differences(this.sums, this.listed.entries);
    if (different.length > 0) throw new ArchiveFault(`the archive's checksums do not fit: ${different.join(", ")}`);
    return this.manifest;
  }
}

/** Names of entries that are not the same in both lists. */
export function differences(found: readonly Sum[], wanted: readonly Sum[]): string[] {
  const text = ({ size, sha256 }: Sum): string => `${size} ${sha256}`;
  const [a, b] = [found, wanted].map((sums) => new Map(sums.map((sum) => [sum.name, text(sum)])));
  return [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].filter((name) => a?.get(name) !== b?.get(name));
}

/**
 * Reads all of an archive and compares every checksum; each entry between manifest and checksums is shown to `visit`.
 *
 * @param signal ends the reading at once; its reason is thrown
 * @throws ArchiveFault when it is damaged, cut off or not ours. What `visit` got before that is not to be trusted: read an
 *   archive once without it first
 */
export async function readArchive(file: string, key: string, visit?: Visit, signal?: AbortSignal): Promise<Contents> {
  const [tar, reading] = [extract(), new Reading()];
  const flow = pipeline(await decrypted(file, key), createGunzip(), tar as unknown as NodeJS.WritableStream, {
    signal,
  });
  const read = async (): Promise<void> => {
    for await (const entry of tar as unknown as AsyncIterable<Entry>) await reading.take(entry, visit);
  };
  const failures = await Promise.allSettled([read(), flow]);
  signal?.throwIfAborted();
  const reasons = failures.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (reasons.length > 0) throw faultOf(file, reasons);
  const { sums } = reading;
  return { manifest: reading.end(), sums, bytes: sums.reduce((total, { size }) => total + size, 0) };
}

const isConsequence = (error: Error): boolean =>
  /premature close|aborted|destroyed/i.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`);

/** Why an archive could not be read: of a stream that another one ended, that one knows more. */
function faultOf(file: string, reasons: readonly Error[]): Error {
  const visitor = reasons.find((reason) => reason instanceof VisitorFailed);
  if (visitor !== undefined) return visitor.cause as Error;
  const [reason] = [
    ...reasons.filter((one) => one instanceof ArchiveFault),
    ...reasons.filter((one) => !isConsequence(one)),
    ...reasons,
  ];
  if (reason instanceof ArchiveFault) return reason;
  return new ArchiveFault(`${file} is damaged, or cut off: ${reason?.message}; use another archive`, { cause: reason });
}
