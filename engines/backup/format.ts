/**
 * What is in an archive: a tar file, compressed by gzip, encrypted by age. `age -d -i KEYFILE FILE | tar -xz` opens it, too.
 *
 * | entry              | what it is                                                                                  |
 * | ------------------ | ------------------------------------------------------------------------------------------- |
 * | manifest.json      | first: `Manifest`                                                                           |
 * | state.json         | Pulumi's state, as `pulumi stack export` writes it; its secrets are encrypted with the      |
 * |                    | stack's own passphrase, which is not in the archive                                         |
 * | config.yaml        | Pulumi.STACK.yaml                                                                           |
 * | secrets.json       | values of the config key `secrets` by name, which Pulumi keeps encrypted with that          |
 * |                    | passphrase; missing where there are none                                                    |
 * | files/KEY          | the file that the config key KEY names (`secretsFile`, …)                                   |
 * | postgres/N.sql     | what pg_dumpall says, in parts: read one after the other they are one script for psql       |
 * | data/PATH          | the data directory: files, directories and links, with owners and modes                     |
 * | checksums.json     | last: `Checksums`, of every entry before it                                                 |
 */
import type { Header } from "tar-stream";
import { ArchiveFault } from "./age";

export const FORMAT = "mcp-gateway-stack/1";
export const MANIFEST = "manifest.json";
export const CHECKSUMS = "checksums.json";
export const STATE = "state.json";
export const CONFIG = "config.yaml";
export const SECRETS = "secrets.json";
export const FILES = "files/";
export const POSTGRES = "postgres/";
export const DATA = "data/";

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly project: string;
  readonly stack: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Commit of the checkout; unset where it has no git. */
  readonly commit?: string;
  /** "uid:gid" of who ran the stack, and owns what no image has a user for. */
  readonly dataUser: string;
  /** Reference of the image of each running service with data. */
  readonly images: Readonly<Record<string, string>>;
  /** Config keys of the files below files/. */
  readonly files: readonly string[];
  /** What of the data directory is not in it, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** One entry: bytes, and SHA-256 of them as hexadecimal digits. */
export interface Sum {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface Checksums {
  readonly entries: readonly Sum[];
}

/** Name, type, owner and so on of an entry. */
export type EntryHeader = Partial<Header> & Pick<Header, "name">;

const TYPES: readonly EntryHeader["type"][] = ["file", "directory", "symlink", "link"];
const KNOWN = [FILES, POSTGRES, DATA];
const SINGLE = [MANIFEST, CHECKSUMS, STATE, CONFIG, SECRETS];

const parentsOf = (name: string): string[] => {
  const parts = name.replace(/\/$/, "").split("/");
  return parts.slice(1).map((_part, index) => parts.slice(0, index + 1).join("/"));
};

const isPlain = (name: string): boolean =>
  name !== "" && !name.startsWith("/") && !name.includes("\0") && !name.split("/").some((part) => part === "..");

/**
 * Refuses entries that would be written elsewhere than below the data directory: names that lead out of it, and what lies
 * below a link. One guard for one archive.
 */
export class NameGuard {
  private readonly links = new Set<string>();
  private readonly seen = new Set<string>();

  /** @throws ArchiveFault naming the entry */
  check({ name, type, linkname }: EntryHeader): void {
    const fault = (why: string): ArchiveFault =>
      new ArchiveFault(`the archive's entry "${name}" ${why}; nothing was touched`);
    if (!TYPES.includes(type)) throw fault(`is a ${type}, not a file, directory or link`);
    if (!isPlain(name)) throw fault("has a name that leads elsewhere");
    if (!SINGLE.includes(name) && !KNOWN.some((directory) => name.startsWith(directory)))
      throw fault("is in no place that archives have");
    if (type !== "file" && !name.startsWith(DATA)) throw fault("is a link or directory beside the data");
    if (type === "link" && !(isPlain(linkname ?? "") && linkname?.startsWith(DATA)))
      throw fault("is a link to elsewhere");
    const bare = name.replace(/\/$/, "");
    const below = parentsOf(bare).find((parent) => this.links.has(parent));
    if (below !== undefined) throw fault(`lies below the link "${below}"`);
    if (this.seen.has(bare)) throw fault("is there twice");
    this.seen.add(bare);
    if (type === "symlink") this.links.add(bare);
  }
}

/** @throws ArchiveFault unless it is a manifest of this format */
export function parseManifest(text: string): Manifest {
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT)
    throw new ArchiveFault(
      `the archive has the format ${String(manifest.format)}, and this version reads ${FORMAT}; use the version that made it`,
    );
  if (!/^[\w.-]{1,100}$/.test(manifest.stack))
    throw new ArchiveFault(`the archive's stack "${manifest.stack}" has no name of a stack; nothing was touched`);
  return manifest;
}
