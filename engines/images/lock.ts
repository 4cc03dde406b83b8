/** Reads catalogs/images.yaml, the one lock of every image, and reports all its faults at once. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { parseKept } from "../kept-yaml";
import { PROJECT_ROOT } from "../project-root";

export const LOCK_FILE = path.join(PROJECT_ROOT, "catalogs", "images.yaml");

/** sha256: and 64 lower-case hexadecimal digits. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const entrypoint = z.array(z.string().min(1)).min(1).nullable();

/** SPDX expression, from a source that the lock names; null or missing: NOASSERTION. */
const licence = z.string().min(1).nullable().optional();

/** Arguments of the image's own, where nothing else is said. */
const command = z.array(z.string()).min(1).optional();

const pull = z.strictObject({
  /** registry/repository[:tag]@sha256:… */
  reference: z.string(),
  /** Why there is no digest; only then may it be missing. */
  noDigest: z.string().min(1).optional(),
  source: z.string().min(1),
  confidence: z.string().min(1),
  /** Who ran it and when, or "not run". */
  run: z.string().min(1),
  /** null: not verified. */
  entrypoint,
  /** Of the program that the image is named after, not of all that is inside. */
  licence,
  command,
});

const build = z.strictObject({
  version: z.string().min(1),
  /** Images of the lock that the build starts from. */
  from: z.array(z.string()).default([]),
  /** Made by debootstrap on the host; there is no Dockerfile. */
  debootstrap: z.strictObject({ suite: z.string().regex(/^[a-z]+$/) }).optional(),
  /** A program that is built on the host and copied in as .build/program. */
  go: z.strictObject({ package: z.string().min(1), ldflags: z.string() }).optional(),
  /** null: the image starts nothing by itself. */
  entrypoint,
  /** As in pull, of the version that is built. */
  licence,
  command,
  /** What is not as in the image of pull mode. */
  differences: z.array(z.string().min(1)),
});

const image = z.strictObject({
  purpose: z.string().min(1),
  platforms: z.array(z.string().regex(/^linux\/(amd64|arm64)$/, "is not linux/amd64 or linux/arm64")).min(1),
  pull: pull.nullable(),
  build: build.nullable(),
});

const lockFile = z.strictObject({
  version: z.literal(1),
  images: z.record(z.string().regex(NAME, "is no image name: lower-case words joined by hyphens"), image),
});

export type PullEntry = z.infer<typeof pull>;
export type BuildEntry = z.infer<typeof build>;
export type ImageEntry = z.infer<typeof image>;
/** Images by name. */
export type ImageLock = Readonly<Record<string, ImageEntry>>;

/** A reference in parts; `tag` and `digest` may be missing. */
export interface ReferenceParts {
  /** Registry host, with the port if there is one. */
  readonly host: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const REFERENCE =
  /^(?<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|localhost(?::\d+)?)\/(?<repository>[a-z0-9._/-]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>\S+))?$/;

/** Takes a full reference apart; undefined if it does not start with a registry host or is malformed. */
export function referenceParts(reference: string): ReferenceParts | undefined {
  const found = REFERENCE.exec(reference)?.groups;
  return (
    found && {
      host: found.host ?? "",
      repository: found.repository ?? "",
      tag: found.tag,
      digest: found.digest,
    }
  );
}

function pullFaults(entry: PullEntry): string[] {
  const parts = referenceParts(entry.reference);
  const where = `pull.reference: "${entry.reference}"`;
  if (!parts) return [`${where} is no full reference; write registry/repository[:tag]@sha256:…`];
  if (parts.digest !== undefined && entry.noDigest)
    return ["pull.noDigest: the reference has a digest; remove this key"];
  if (parts.digest === undefined && !entry.noDigest) {
    return [`${where} has no digest; add @sha256:…, or say in noDigest why none is known`];
  }
  if (parts.digest === undefined && !parts.tag) return [`${where} has neither digest nor tag; add :TAG`];
  if (parts.digest !== undefined && !DIGEST.test(parts.digest)) {
    return [`${where} has a digest that is not sha256: and 64 lower-case hex digits; copy the whole digest`];
  }
  return [];
}

function buildFaults(entry: BuildEntry, images: ImageLock): string[] {
  const missing = entry.from.filter((name) => !images[name]?.build);
  const both = entry.debootstrap && (entry.from.length > 0 || entry.go);
  return [
    ...missing.map(
      (name) => `build.from: "${name}" is no image of this file that is built; add it or correct the name`,
    ),
    ...(both ? ["build.debootstrap: stands alone; remove from and go"] : []),
  ];
}

/** Names on a path of `from` that returns to its start; undefined if there is none. */
function cycle(images: ImageLock, name: string, trail: readonly string[] = []): string[] | undefined {
  if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
  for (const next of images[name]?.build?.from ?? []) {
    const found = cycle(images, next, [...trail, name]);
    if (found) return found;
  }
  return undefined;
}

function crossFaults(images: ImageLock): string[] {
  const faults = Object.entries(images).flatMap(([name, entry]) => [
    ...(entry.pull || entry.build ? [] : [`images.${name}: has neither pull nor build; give it at least one`]),
    ...[...(entry.pull ? pullFaults(entry.pull) : []), ...(entry.build ? buildFaults(entry.build, images) : [])].map(
      (fault) => `images.${name}.${fault}`,
    ),
  ]);
  const loop = Object.keys(images)
    .map((name) => cycle(images, name))
    .find(Boolean);
  return loop ? [...faults, `images: ${loop.join(" → ")} build on each other; break the circle in build.from`] : faults;
}

/** The lock has faults; one line each in the message. */
export class LockError extends Error {
  constructor(
    file: string,
    readonly faults: readonly string[],
  ) {
    super([`${file} cannot be used:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}

/** Checks the text of a lock; throws LockError with every fault. `file` is its name in messages. */
export const parseLock = (text: string, file = "catalogs/images.yaml"): ImageLock => checked(text, file, parse);

function checked(text: string, file: string, read: (text: string) => unknown): ImageLock {
  const result = lockFile.safeParse(readYaml(text, file, read));
  if (!result.success) {
    throw new LockError(
      file,
      result.error.issues.map((issue) => `${issue.path.join(".") || "(file)"}: ${issue.message}`),
    );
  }
  const faults = crossFaults(result.data.images);
  if (faults.length > 0) throw new LockError(file, faults);
  return result.data.images;
}

function readYaml(text: string, file: string, read: (text: string) => unknown): unknown {
  try {
    return read(text);
  } catch (error) {
    throw new LockError(file, [`(file): is no YAML: ${(error as Error).message.split("\n")[0]}`]);
  }
}

/** The lock of this checkout; throws LockError. */
export const readLock = (file = LOCK_FILE): ImageLock =>
  checked(readFileSync(file, "utf8"), path.relative(PROJECT_ROOT, file), parseKept);
