/**
 * Where host files lie below dataDir, and how it is told whether they are still as they were written.
 *
 * A record beside the files keeps the `generation` they were written with: a random word that is an input of the graph
 * node. Intact files give the recorded word, so nothing changes; missing or edited ones give a new word, so the node runs
 * again and the containers that mount the files are replaced. The word says nothing about the content: secrets stay secret.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { RenderedFile } from "../../services/spec";
import { readText } from "./read-text";
import { userSecretsText, type SecretSource } from "./user-secrets";

export { readText };

/** A directory of rendered files, by the hash of its content. */
export interface RenderedPlan {
  readonly hash: string;
  readonly files: readonly RenderedFile[];
}

/** A directory below dataDir; `owner` is "uid:gid". */
export interface DataDirectoryPlan {
  readonly path: string;
  readonly owner?: string;
}

/** All host files of one service. */
export interface ServicePlan {
  readonly service: string;
  readonly rendered: readonly RenderedPlan[];
  readonly directories: readonly DataDirectoryPlan[];
}

/** A secret that is generated once. `files` maps file names to templates in which `{value}` stands for the value. */
export interface SecretPlan {
  readonly name: string;
  /** Random bytes of the value, which is written in base64url. */
  readonly bytes: number;
  readonly files: Readonly<Record<string, string>>;
}

/** User secrets that are copied as lines of a dotenv file; only those of `names`. */
export interface CopyPlan {
  readonly name: string;
  readonly file: string;
  readonly source: SecretSource;
  readonly names: readonly string[];
  /** The value of the only name, without name and line end. */
  readonly bare?: true;
}

export interface GenerationRecord {
  readonly generation?: string;
  readonly sha256?: string;
  /** Hashes of written files, by their name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Hash of a rendered directory's files: 16 hexadecimal digits of SHA-256. */
export function contentHash(files: readonly RenderedFile[]): string {
  const canonical = files.map((file) => [file.path, file.content, file.executable === true]).sort();
  return sha256(JSON.stringify(canonical)).slice(0, 16);
}

export const renderedDirectory = (base: string, service: string, hash: string): string =>
  path.join(base, "rendered", service, hash);
export const renderedRecord = (base: string, service: string): string =>
  path.join(base, "rendered", service, "generation.json");
export const secretDirectory = (base: string, name: string): string => path.join(base, "secrets", name);
export const secretRecord = (base: string, name: string): string => path.join(base, "secrets", `${name}.json`);
export const ownerFile = (base: string): string => path.join(base, "owner.json");

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export function readRecord(file: string): GenerationRecord {
  try {
    return JSON.parse(readText(file) ?? "{}") as GenerationRecord;
  } catch {
    return {}; // A damaged record is like none: the files are written again.
  }
}

export const listFiles = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.join(entry.parentPath, entry.name))
    : [];

/** Paths of files that are missing, edited or not ours, relative to a rendered directory. */
export function renderedDifferences(directory: string, files: readonly RenderedFile[]): string[] {
  const wanted = new Set(files.map((file) => path.join(directory, file.path)));
  const foreign = listFiles(directory).filter((file) => !wanted.has(file));
  return [
    ...files.filter((file) => readText(path.join(directory, file.path)) !== file.content).map((file) => file.path),
    ...foreign.map((file) => path.relative(directory, file)),
  ];
}

const renderedIntact = (directory: string, files: readonly RenderedFile[]): boolean =>
  renderedDifferences(directory, files).length === 0;

export const kept = (intact: boolean, record: GenerationRecord): string =>
  intact && record.generation !== undefined ? record.generation : randomUUID();

/** The word in a record while what it stands for is intact, else a new one. */
export const recordedGeneration = (record: string, intact: boolean): string => kept(intact, readRecord(record));

/** Who a data directory belongs to; another owner is refused at preview. */
export interface Owner {
  readonly project: string;
  readonly stack: string;
  /** Id of the container engine. */
  readonly engine: string;
}

/** The owner that a data directory is marked with; undefined when it is new. @throws Error when the mark is damaged. */
export function readOwner(base: string): (Owner & GenerationRecord) | undefined {
  const text = readText(ownerFile(base));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Owner & GenerationRecord);
  } catch {
    throw new Error(
      `${ownerFile(base)} is not JSON; restore it, or remove it if you know that the data is this stack's`,
    );
  }
}

/** Generation of the owner mark. */
export function ownerGeneration(base: string, owner: Owner): string {
  const found = readOwner(base);
  const right = found?.project === owner.project && found.stack === owner.stack && found.engine === owner.engine;
  return kept(right, found ?? {});
}

/** Generation of a service's rendered files and data directories; see the head of this file. */
export function serviceGeneration(base: string, plan: ServicePlan): string {
  const intact =
    plan.rendered.every(({ hash, files }) => renderedIntact(renderedDirectory(base, plan.service, hash), files)) &&
    plan.directories.every((directory) => existsSync(path.join(base, directory.path)));
  return kept(intact, readRecord(renderedRecord(base, plan.service)));
}

/** File in a directory whose content changes in place: a word that says it is the one that containers have. */
export const PLACE_FILE = "place";

/** The files that are derived from a secret's value: name and content. */
export const derivedFiles = (templates: SecretPlan["files"], value: string): [string, string][] =>
  Object.entries(templates).map(([name, template]) => [name, template.replaceAll("{value}", value)]);

/** Name of the file that holds a secret's bare value. */
export const VALUE_FILE = "value";

/** Generation of a generated secret. */
export function secretGeneration(base: string, plan: SecretPlan): string {
  const record = readRecord(secretRecord(base, plan.name));
  const directory = secretDirectory(base, plan.name);
  const value = readText(path.join(directory, VALUE_FILE));
  const intact =
    value !== undefined &&
    record.sha256 === sha256(value) &&
    derivedFiles(plan.files, value).every(([name, content]) => readText(path.join(directory, name)) === content);
  return kept(intact, record);
}

/** The lines of a dotenv text whose names are wanted, in the order of `names`; of a repeated name the last one. */
export function selectSecrets(dotenv: string, names: readonly string[]): string {
  const lines = dotenv.split(/\r?\n/);
  const found = names.flatMap((name) => lines.filter((line) => line.startsWith(`${name}=`)).slice(-1));
  return found.map((line) => `${line}\n`).join("");
}

/** What a copy holds. @throws Error when a secret of the config cannot be decrypted */
export function copiedText({ source, names, bare }: Pick<CopyPlan, "source" | "names" | "bare">): string {
  const text = userSecretsText(source, (name) => names.includes(name));
  const lines = selectSecrets(text, names);
  return bare ? lines.slice(lines.indexOf("=") + 1).trimEnd() : lines;
}

/** Generation of the copied user secrets. */
export function copyGeneration(base: string, plan: CopyPlan): string {
  const wanted = copiedText(plan);
  const copied = readText(path.join(secretDirectory(base, plan.name), plan.file));
  return kept(copied === wanted, readRecord(secretRecord(base, plan.name)));
}

export interface SecretPlans {
  /** Made once, kept for ever. */
  readonly generated: readonly SecretPlan[];
  /** Taken over from the user's secrets whenever these change. */
  readonly copied: readonly CopyPlan[];
}

/** The same with their generations, as who writes them gets them. */
export const withGenerations = (base: string, { generated, copied }: SecretPlans) => ({
  generated: generated.map((plan) => ({ ...plan, generation: secretGeneration(base, plan) })),
  copied: copied.map((plan) => ({ ...plan, generation: copyGeneration(base, plan) })),
});
