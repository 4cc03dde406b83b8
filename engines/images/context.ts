/** Build contexts: the folder of an image and, below `.build/`, what the host adds to it. */
import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import tar from "tar-fs";
import type { Pack } from "tar-stream";

/** What a build gets from the host. None of it counts for the content hash. */
export interface HostFiles {
  /** Shell exports for build stages. */
  readonly environment: string;
  /** CA bundle of the host, a path. */
  readonly bundle?: string;
  /** Finished program, a path. */
  readonly program?: string;
}

const EPOCH = new Date(0);

async function addFile(pack: Pack, name: string, file: string, mode: number): Promise<void> {
  const entry = pack.entry({ name, mode, size: statSync(file).size, mtime: EPOCH });
  await pipeline(createReadStream(file), entry);
}

async function addHostFiles(pack: Pack, host: HostFiles): Promise<void> {
  pack.entry({ name: ".build/env.sh", mode: 0o644, mtime: EPOCH }, host.environment);
  if (host.bundle) await addFile(pack, ".build/ca.crt", host.bundle, 0o644);
  if (host.program) await addFile(pack, ".build/program", host.program, 0o755);
  pack.finalize();
}

/** Packs a context; owners and times are the same everywhere. */
export function packContext(directory: string, host: HostFiles): Readable {
  const packed = tar.pack(directory, {
    map: (header) => ({ ...header, uid: 0, gid: 0, mtime: EPOCH }),
    finalize: false,
    finish: (pack) => {
      addHostFiles(pack as unknown as Pack, host).catch((error: Error) => pack.destroy(error));
    },
  });
  return packed as unknown as Readable;
}
