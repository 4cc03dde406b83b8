/**
 * Files of the data directory through the engine: they belong to many users, and whoever runs this need not be root. The
 * container is made for its mount alone, and never started.
 */
import path from "node:path";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { extract, pack, type Pack } from "tar-stream";
import { DATA, type EntryHeader } from "./format";
import { pump } from "./pump";

const TARGET = "/data";

/** Makes the container, lets `use` work with it, and removes it. `image` is any that the engine has. */
export async function withDataContainer<T>(
  docker: Docker,
  {
    image,
    dataDir,
    labels,
  }: { readonly image: string; readonly dataDir: string; readonly labels: Readonly<Record<string, string>> },
  use: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await docker.createContainer({
    Image: image,
    // Some images have none, and the engine refuses that even for what is never started.
    Cmd: ["/never-started"],
    Labels: { ...labels },
    HostConfig: { NetworkMode: "none", Mounts: [{ Type: "bind", Source: dataDir, Target: TARGET }] },
  });
  try {
    return await use(container);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** An entry of the engine's tar under the name that it has in an archive; undefined: sockets and pipes, which hold nothing. */
export function archived(header: EntryHeader, parent: string): EntryHeader | undefined {
  const named = (name: string): string => `${DATA}${path.posix.join(parent, name)}`.replace(/\/$/, "");
  const { name, type, size, mode, uid, gid, mtime, linkname } = header;
  const common = { name: named(name), mode, uid, gid, mtime };
  if (type === "file" || type === "contiguous-file") return { ...common, type: "file", size };
  if (type === "directory") return { ...common, type };
  if (type === "symlink") return { ...common, type, linkname };
  // The engine names the target of a hard link as it names files.
  if (type === "link") return { ...common, type, linkname: named(linkname ?? "") };
  return undefined;
}

/** Shows each file, directory and link at a path below the data directory. */
export async function readFiles(
  container: Docker.Container,
  below: string,
  each: (header: EntryHeader, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const source = (await container.getArchive({ path: `${TARGET}/${below}` })) as Readable;
  const tar = extract();
  source.on("error", (error) => tar.destroy(error));
  source.pipe(tar as unknown as NodeJS.WritableStream);
  const parent = path.posix.dirname(below);
  for await (const entry of tar) {
    const header = archived(entry.header, parent === "." ? "" : parent);
    const content = entry as unknown as AsyncIterable<Buffer>;
    if (header !== undefined) await each(header, content);
    entry.resume();
  }
}

/** Writes files into the data directory, with owners and modes. */
export class FileSink {
  private readonly tar: Pack = pack();
  private readonly sent: Promise<unknown>;

  constructor(container: Docker.Container) {
    const source = this.tar as unknown as NodeJS.ReadableStream;
    // Directories are replaced by directories only, and owners are kept.
    this.sent = container.putArchive(source, { path: TARGET, noOverwriteDirNonDir: "true" }).then(ended);
    this.sent.catch((error: Error) => this.tar.destroy(error));
  }

  /** `header.name` is that of an archive. */
  async add(header: EntryHeader, content: AsyncIterable<Buffer> | readonly Buffer[] = []): Promise<void> {
    const own = (name: string): string => name.slice(DATA.length);
    const linkname = header.type === "link" ? own(header.linkname ?? "") : header.linkname;
    const done = new Promise<void>((resolve, reject) => {
      const sink = this.tar.entry({ ...header, name: own(header.name), linkname }, (error) =>
        error ? reject(error) : resolve(),
      );
      pump(sink, content).catch(reject);
    });
    await Promise.race([done, this.sent.then(() => done)]);
  }

  async finish(): Promise<void> {
    this.tar.finalize();
    await this.sent;
  }
}

/** The answer has to be read before the engine is done. */
async function ended(answer: NodeJS.ReadableStream): Promise<void> {
  for await (const _part of answer);
}
