/** Tags by content: an image is built again only when something that goes into it has changed. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BuildEntry, ImageLock } from "./lock";
import { PROJECT_ROOT } from "../project-root";

/** Build contexts; an image without a folder of its own, such as base-sid, uses that of `base`. */
export const CONTEXTS = path.join(PROJECT_ROOT, "docker", "images");

/** Raised when the builder itself puts something else into images. */
const BUILDER = 1;

/** Hex digits of a tag: 64 bits, enough to tell the versions of one image apart. */
const TAG_LENGTH = 16;

/** Folder of an image's build context. */
export function contextOf(name: string, build: BuildEntry, contexts = CONTEXTS): string {
  const directory = path.join(contexts, build.debootstrap ? "base" : name);
  if (existsSync(directory)) return directory;
  throw new Error(
    `image "${name}" has no build context at ${directory}; add the folder, or set its build to null in the lock`,
  );
}

/** Paths of all files below `directory`, relative, with forward slashes, sorted by code point. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => !lstatSync(path.join(directory, file)).isDirectory())
    .map((file) => file.split(path.sep).join("/"))
    .sort();
}

/** Hash of names, content and execute bits of a folder's files; times and owners do not count. */
export function directoryHash(directory: string): string {
  const hash = createHash("sha256");
  for (const file of filesBelow(directory)) {
    const full = path.join(directory, file);
    const content = createHash("sha256").update(readFileSync(full)).digest("hex");
    const executable = (lstatSync(full).mode & 0o100) !== 0;
    hash.update(`${file}\0${content}\0${executable ? "x" : "-"}\n`);
  }
  return hash.digest("hex");
}

/**
 * Content hash of one image: its context, what the lock says of its build, and the hashes of the images it starts from.
 * Debian's packages are those of the day and do not count.
 */
export function buildTag(lock: ImageLock, name: string, contexts = CONTEXTS): string {
  const build = lock[name]?.build;
  if (!build) throw new Error(`image "${name}" has no build in catalogs/images.yaml`);
  const inputs = {
    builder: BUILDER,
    context: directoryHash(contextOf(name, build, contexts)),
    version: build.version,
    from: build.from.map((base) => [base, buildTag(lock, base, contexts)]),
    debootstrap: build.debootstrap,
    go: build.go,
  };
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, TAG_LENGTH);
}

/** Content hashes of images by name. Each is made once: it is a hash of files, and the same images are asked for again and again. */
export function buildTags(lock: ImageLock): (name: string) => string {
  const tags = new Map<string, string>();
  return (name) => {
    const tag = tags.get(name) ?? buildTag(lock, name);
    tags.set(name, tag);
    return tag;
  };
}

/** `names` and all that they start from, each once, bases first. */
export function buildOrder(lock: ImageLock, names: readonly string[]): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const base of lock[name]?.build?.from ?? []) visit(base);
    order.push(name);
  };
  names.forEach(visit);
  return order;
}
