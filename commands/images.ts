/**
 * Images of build mode: `ensure NAME…` builds what is missing (without names: all), `list [--json]` shows the lock.
 * Progress goes to stderr. Exit code 1 with the failing step's last lines if something cannot be built.
 */
import { Command } from "commander";
import { connect, hasImage, ping } from "../engines/images/engine";
import type { ImageLock } from "../engines/images/lock";

interface Options {
  readonly socket?: string;
  readonly json?: boolean;
}

/** One row of `list`. */
interface Row {
  readonly name: string;
  readonly pull: string | null;
  readonly built: string | null;
  /** null: not built here. */
  readonly present: boolean | null;
}

/** What builds, loaded only where something has to be built or told of the lock. */
const builder = async () => ({
  ...(await import("../engines/images/build")),
  ...(await import("../engines/images/lock")),
});

const buildable = (lock: ImageLock): string[] => Object.keys(lock).filter((name) => lock[name]?.build);

async function ensure(names: string[], options: Options): Promise<void> {
  // Whole references of the images, where who asks knows them: a graph node does, and most often they are there.
  const tags = (process.env.TAGS ?? "").split(" ").filter(Boolean);
  const docker = connect(options.socket);
  await ping(docker, options.socket);
  if (
    tags.length > 0 &&
    tags.length === names.length &&
    (await Promise.all(tags.map((tag) => hasImage(docker, tag)))).every(Boolean)
  )
    return sayBuilt([], names);
  const { readLock, ensureImages, CACHE } = await builder();
  const lock = readLock();
  const wanted = names.length > 0 ? names : buildable(lock);
  sayBuilt(await ensureImages({ docker, lock, cache: CACHE, sink: process.stderr }, wanted), wanted);
}

function sayBuilt(built: readonly string[], wanted: readonly string[]): void {
  const count = wanted.length === 1 ? "1 image is" : `${wanted.length} images are`;
  process.stderr.write(built.length === 0 ? `nothing to build: ${count} present\n` : `built ${built.join(", ")}\n`);
}

async function list(options: Options): Promise<void> {
  const { readLock, builtReference } = await builder();
  const lock = readLock();
  const docker = connect(options.socket);
  await ping(docker, options.socket);
  const rows: Row[] = [];
  for (const [name, entry] of Object.entries(lock)) {
    const built = entry.build ? builtReference(lock, name) : null;
    rows.push({
      name,
      pull: entry.pull?.reference ?? null,
      built,
      present: built ? await hasImage(docker, built) : null,
    });
  }
  if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else
    for (const row of rows)
      process.stdout.write(`${row.name}\t${row.present ? "present" : "-"}\t${row.built ?? row.pull}\n`);
}

function main(): Promise<Command> {
  const program = new Command("images").description("Images of build mode");
  const socket = ["--socket <path>", "engine socket (default: DOCKER_HOST, then /var/run/docker.sock)"] as const;
  program
    .command("ensure [names...]")
    .description("build what is missing of these images; without names, of all")
    .option(...socket)
    .action(ensure);
  program
    .command("list")
    .description("all images of catalogs/images.yaml")
    .option("--json", "as JSON")
    .option(...socket)
    .action(list);
  return program.parseAsync();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
