/** `npm run update`: newer digests for catalogs/images.yaml, from the registries. Only the lock changes; `npm run up` takes it from there. */
import fs from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../config";
import { connect } from "../engines/images/engine";
import { LOCK_FILE, parseLock } from "../engines/images/lock";
import { PROJECT_ROOT } from "../engines/project-root";
import { withDigests } from "../engines/images/lock-text";
import { askRegistries, isNewer, type Asked } from "../engines/images/newer";
import { findEngine } from "../prepare";
import { SOURCE_FILES } from "../services/catalog/model";
import { askYes, interactive, say } from "./ask";
import { readConfig } from "./stack-config";
import { plainTable } from "./table";
import { writeWhole } from "./write-file";

export interface UpdateOptions {
  readonly stack: string;
  readonly check?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Files that hold digests: the lock, and the gateway's catalog, which must agree with it. */
export interface LockFiles {
  readonly lock: string;
  readonly catalog: string;
}

const FILES: LockFiles = { lock: LOCK_FILE, catalog: path.join(PROJECT_ROOT, SOURCE_FILES.catalog) };

const short = (digest: string | undefined): string => digest?.slice(0, "sha256:".length + 12) ?? "none";

/** What was found, for people: what is newer, what could not be asked, and how many are as they were. */
export function updateText(asked: readonly Asked[], digests: Config["imageDigests"]): string {
  const newer = asked.filter(isNewer);
  const unasked = asked.filter(({ registry }) => registry === undefined);
  const shadowed = newer.filter(({ name }) => digests[name] !== undefined);
  const rows = newer.map(({ name, now, registry }) => [name, `${short(now)} → ${short(registry)}`]);
  const refused = unasked.map(({ name, reference, reason = "" }) => [name, `${reference}: ${reason.split("\n")[0]}`]);
  return [
    ...(rows.length > 0 ? [plainTable(["Image", "Digest"], rows)] : []),
    ...(refused.length > 0 ? [plainTable(["Could not be asked", "Why"], refused)] : []),
    ...shadowed.map(({ name }) => `${name}: config imageDigests.${name} goes before the lock`),
    `${newer.length} newer, ${asked.length - newer.length - unasked.length} up to date, ${unasked.length} could not be asked`,
  ].join("\n\n");
}

/** Writes what is newer; gives the paths. @throws LockError, and writes nothing, when the lock would not be valid */
export function writeDigests(asked: readonly Asked[], files: LockFiles = FILES, date = new Date()): string[] {
  const newer = asked.filter(isNewer);
  const digests = Object.fromEntries(newer.map(({ name, registry = "" }) => [name, registry]));
  const lock = withDigests(fs.readFileSync(files.lock, "utf8"), digests, date.toISOString().slice(0, 10));
  parseLock(lock, files.lock);
  const before = fs.readFileSync(files.catalog, "utf8");
  const catalog = newer.reduce(
    (text, { now, registry = "" }) => (now === undefined ? text : text.replaceAll(now, registry)),
    before,
  );
  writeWhole(files.lock, lock);
  if (catalog !== before) writeWhole(files.catalog, catalog);
  return catalog === before ? [files.lock] : [files.lock, files.catalog];
}

async function consented({ yes, json }: UpdateOptions, count: number): Promise<boolean> {
  if (yes) return true;
  const question = `Write ${count === 1 ? "the new digest" : `the ${count} new digests`} into the lock?`;
  if (!json && interactive()) return askYes(question);
  throw new Error(`${question} Nobody can be asked here: npm run update -- --yes writes, --check only tells`);
}

/** As an exit code: 1 something is newer, 2 nothing is, as far as registries could be asked, 0 nothing is. */
export const checkCode = (asked: readonly Asked[]): number =>
  asked.some(isNewer) ? 1 : asked.some(({ registry }) => registry === undefined) ? 2 : 0;

/** Asks, shows, and writes with consent. `files` are those of the checkout. */
export async function updateLock(docker: Docker, config: Config, options: UpdateOptions, files = FILES): Promise<void> {
  const lock = parseLock(fs.readFileSync(files.lock, "utf8"), files.lock);
  const asked = await askRegistries(docker, lock, config.imageRegistry);
  const newer = asked.filter(isNewer).length;
  if (!options.json) process.stdout.write(`${updateText(asked, config.imageDigests)}\n`);
  if (options.check) process.exitCode = checkCode(asked);
  const write = !options.check && newer > 0 && (await consented(options, newer));
  const written = write ? writeDigests(asked, files) : [];
  if (options.json) process.stdout.write(`${JSON.stringify({ images: asked, written }, null, 2)}\n`);
  else if (written.length > 0) say(`wrote ${written.join(" and ")}; npm run up takes the new images`);
}

/** The command. @throws Error when no engine answers, since it is the engine that asks. */
export async function update(options: UpdateOptions): Promise<void> {
  const config = readConfig(options.stack);
  await updateLock(connect((await findEngine(config)).host), config, options);
}
