/** What of a data directory goes into an archive, in which pieces, and who writes to each: pure, but for looking. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import { SERVICE_LABEL } from "../container-args";
import { hostPath } from "../docker-desktop";
import { DATA, type EntryHeader } from "./format";

/** Paths below dataDir that are left out, and why. */
export type LeftOut = Readonly<Record<string, string>>;

/** A path below dataDir: all of it, or a directory whose content comes in pieces of their own. */
export interface Piece {
  readonly path: string;
  readonly parentOnly?: true;
}

const isAbove = (outer: string, inner: string): boolean => inner.startsWith(`${outer}/`);

/** The data directory in as few pieces as leave out what is left out, each with its directory before it. */
export function pieces(dataDir: string, leftOut: LeftOut, below = ""): Piece[] {
  const names = readdirSync(path.join(dataDir, below)).map((name) => path.posix.join(below, name));
  return names.sort().flatMap((name): Piece[] => {
    if (name in leftOut) return [];
    if (!Object.keys(leftOut).some((out) => isAbove(name, out))) return [{ path: name }];
    return [{ path: name, parentOnly: true }, ...pieces(dataDir, leftOut, name)];
  });
}

/** Header of a directory of the data. */
export function directoryHeader(dataDir: string, below: string): EntryHeader {
  const { uid, gid, mode, mtime } = statSync(path.join(dataDir, below));
  return { name: `${DATA}${below}`, type: "directory", uid, gid, mode: mode & 0o7777, mtime };
}

/** A running container that can write below the data directory, and where: paths relative to it. */
export interface Writer {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  readonly paused: boolean;
  readonly paths: readonly string[];
}

/** The data directory of a stack, and what lies where in it. */
export interface DataPlace {
  readonly dataDir: string;
  /** Directories of named volumes. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Directories of each service's mounts, by their place in the container. */
  readonly targets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where a mount lies below the data directory; undefined: elsewhere. Engines in virtual machines do not always tell the source. */
function below({ dataDir, volumes, targets }: DataPlace, service: string, mount: Mounted): string | undefined {
  const known = volumes[mount.Name ?? ""] ?? targets[service]?.[mount.Destination];
  if (known !== undefined) return known;
  const source = hostPath(mount.Source);
  if (source === undefined) return undefined;
  const way = path.relative(dataDir, source);
  return way.startsWith("..") || path.isAbsolute(way) ? undefined : way;
}

type Mounted = Docker.ContainerInfo["Mounts"][number];

/** Containers that can write to the data. */
export function writers(containers: readonly Docker.ContainerInfo[], place: DataPlace): Writer[] {
  return containers
    .filter(({ State }) => State === "running" || State === "paused")
    .map(({ Id, Labels, Image, Mounts, State }) => {
      const service = Labels[SERVICE_LABEL] ?? Id.slice(0, 12);
      const paths = Mounts.filter(({ RW }) => RW).flatMap((mount) => below(place, service, mount) ?? []);
      return { id: Id, service, image: Image, paused: State === "paused", paths };
    })
    .filter(({ paths }) => paths.length > 0);
}

/** Those of them that can write to this path, or to something in it. */
export const writersOf = (all: readonly Writer[], piece: string): Writer[] =>
  all.filter(({ paths }) =>
    paths.some((one) => one === piece || one === "" || isAbove(one, piece) || isAbove(piece, one)),
  );
