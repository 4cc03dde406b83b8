/** Looks for values wherever a stack leaves traces: where each was found, by names that tell places apart. */
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { TestStack } from "./stack";

/** Model files are no place for a secret, and large. */
const LARGEST_BYTES = 64 * 1024 * 1024;

export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Names of canaries by the place where each was found. */
export type Sightings = Readonly<Record<string, readonly string[]>>;

const seen = (canaries: readonly Canary[], content: Buffer | string): string[] =>
  canaries.filter(({ value }) => content.includes(value)).map(({ name }) => name);

/** What `look` finds; nothing where the file, directory or process has gone meanwhile, as services write and tests run. */
function unlessGone<T>(look: () => T[]): T[] {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(String((error as NodeJS.ErrnoException).code))) return [];
    throw error;
  }
}

function files(directory: string, place: string, canaries: readonly Canary[]): [string, string[]][] {
  return unlessGone(() => fs.readdirSync(directory, { withFileTypes: true })).flatMap((entry): [string, string[]][] => {
    const [file, shown] = [path.join(directory, entry.name), `${place}/${entry.name}`];
    if (entry.isDirectory()) return files(file, shown, canaries);
    if (!entry.isFile()) return [];
    return unlessGone(() =>
      fs.statSync(file).size <= LARGEST_BYTES ? [[shown, seen(canaries, fs.readFileSync(file))]] : [],
    );
  });
}

/** Command lines and environments of every process of this machine but for those of the tests. */
function processes(canaries: readonly Canary[]): [string, string[]][] {
  const ids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id): [string, string[]][] =>
    unlessGone(() => [["command line", seen(canaries, fs.readFileSync(`/proc/${id}/cmdline`))]]),
  );
}

async function containers(stack: TestStack, canaries: readonly Canary[]): Promise<[string, string[]][]> {
  const all = await stack.containers();
  const ofOne = async ({ Id }: { Id: string }): Promise<[string, string[]][]> => {
    const container = stack.docker.getContainer(Id);
    const log = await container.logs({ stdout: true, stderr: true });
    return [
      ["docker inspect", seen(canaries, JSON.stringify(await container.inspect()))],
      ["docker logs", seen(canaries, log.toString())],
    ];
  };
  return (await Promise.all(all.map(ofOne))).flat();
}

/** Whole images: their description and every byte of their layers, as `docker save` writes them. */
export async function imageSightings(images: readonly string[], canaries: readonly Canary[]): Promise<Sightings> {
  const found: [string, string[]][] = [];
  const longest = Math.max(...canaries.map(({ value }) => value.length));
  for (const image of images) {
    const child = spawn("docker", ["save", image], { stdio: ["ignore", "pipe", "inherit"] });
    let rest = Buffer.alloc(0);
    for await (const part of child.stdout) {
      const text = Buffer.concat([rest, part as Buffer]);
      found.push(["image layers", seen(canaries, text)]);
      rest = text.subarray(Math.max(0, text.length - longest));
    }
    const { stdout } = await promisify(execFile)("docker", ["history", "--no-trunc", image]);
    found.push(["image history", seen(canaries, stdout)]);
  }
  return merged(found);
}

function merged(found: readonly (readonly [string, readonly string[]])[]): Sightings {
  const places = new Map<string, Set<string>>();
  for (const [place, names] of found)
    for (const name of names) places.set(place, (places.get(place) ?? new Set<string>()).add(name));
  return Object.fromEntries([...places].map(([place, names]) => [place, [...names].sort()]));
}

/**
 * Everything of a stack but images: containers, processes, state, data, the stack's config file, and these texts (output of
 * commands, pages), each by a name.
 */
export async function sightings(
  stack: TestStack,
  canaries: readonly Canary[],
  texts: Readonly<Record<string, string>>,
): Promise<Sightings> {
  return merged([
    ...(await containers(stack, canaries)),
    ...processes(canaries),
    ...files(stack.stateDir, "state", canaries).map(([, names]) => ["state", names] as const),
    ...files(stack.dataDir, "data", canaries),
    ...Object.entries(texts).map(([name, text]) => [name, seen(canaries, text)] as const),
  ]);
}
