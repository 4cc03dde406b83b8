/** Makes one archive of a stack, whatever of it runs, and reads it back before it gets its name. */
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../../config";
import { ensureKey, readKey } from "../../engines/backup/age";
import { readFiles, withDataContainer } from "../../engines/backup/container-files";
import { directoryHeader, pieces, writersOf, type Writer } from "../../engines/backup/data";
import { CONFIG, FILES, MANIFEST, POSTGRES as DUMP, SECRETS, STATE } from "../../engines/backup/format";
import { Pauses, type StoodStill } from "../../engines/backup/pause";
import { differences, type Contents } from "../../engines/backup/read-archive";
import { ArchiveWriter } from "../../engines/backup/write-archive";
import { execOutput } from "../../engines/exec";
import { POSTGRES } from "../../services/dify/postgres";
import { say } from "../ask";
import { stackFile } from "../stack-config";
import { readState } from "../state";
import type { Workspace } from "../workspace";
import { readAll, tellingMiB } from "./progress";
import { leftOut, manifestOf, ownFiles } from "./contents";
import { interruptible } from "./interrupt";
import { anyImage, findWriters, READER_LABEL, requireData } from "./source";

export interface Wanted {
  readonly docker: Docker;
  readonly config: Config;
  readonly workspace: Workspace;
  readonly keyFile: string;
  /** Where the archive will be; there must be no file. */
  readonly file: string;
  readonly time: Date;
  readonly withModels: boolean;
}

export interface Made {
  readonly file: string;
  readonly bytes: number;
  readonly entries: number;
  readonly stoodStill: StoodStill;
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** All databases and roles, as one script; see restore/database.ts. By its own socket, where it trusts whoever gets in. */
const DUMP_COMMAND = ["pg_dumpall", "-U", "postgres", "--no-password"];

async function dump({ docker }: Wanted, writer: ArchiveWriter, database: Writer | undefined): Promise<void> {
  if (database === undefined) return;
  say(`${POSTGRES}: dumping`);
  const output = execOutput(docker.getContainer(database.id), { command: DUMP_COMMAND });
  await writer.parts(DUMP, "sql", output);
}

/** Every file of the data directory; who writes to it stands still while it is read. */
async function copyData(
  wanted: Wanted,
  archive: ArchiveWriter,
  writers: readonly Writer[],
  out: ReturnType<typeof leftOut>,
) {
  const { docker, config } = wanted;
  const { dataDir, stack } = config;
  const pauses = new Pauses(docker);
  const labels = { [READER_LABEL]: stack };
  await withDataContainer(docker, { image: await anyImage(docker, config), dataDir, labels }, async (container) => {
    for (const { path: below, parentOnly } of pieces(dataDir, out)) {
      if (parentOnly) await archive.add(directoryHeader(dataDir, below));
      else
        await pauses.during(writersOf(writers, below), () =>
          readFiles(container, below, (header, content) => archive.add(header, content)),
        );
    }
  });
  for (const [service, still] of pauses.stoodStill)
    say(`${service}: stood still for ${seconds(still)} while its data was read`);
  return pauses.stoodStill;
}

async function fill(wanted: Wanted, archive: ArchiveWriter): Promise<StoodStill> {
  const { docker, config, workspace, time, withModels } = wanted;
  const writers = await findWriters(docker, config);
  const database = writers.find(({ service }) => service === POSTGRES);
  const out = leftOut(config.dataDir, database !== undefined, withModels);
  const files = ownFiles(config);
  const names = files.map(([key]) => key);
  await archive.text(
    MANIFEST,
    JSON.stringify(manifestOf(config, { time, writers, files: names, leftOut: out }), null, 2),
  );
  await archive.text(STATE, JSON.stringify(await readState(workspace)));
  await archive.text(CONFIG, readFileSync(stackFile(config.stack), "utf8"));
  if (config.secrets.names.length > 0) await archive.text(SECRETS, JSON.stringify(config.secrets.values()));
  for (const [key, file] of files) await archive.text(`${FILES}${key}`, readFileSync(file, "utf8"));
  // The database first: files that its rows name were there before them.
  await dump(wanted, archive, database);
  return copyData(wanted, archive, writers, out);
}

/** Reads a whole archive; when the user interrupts it, it ends at once. @throws Error that says so, or what is wrong with it */
export function readBack(file: string, key: string): Promise<Contents> {
  const reading = new AbortController();
  return interruptible(
    (error) => reading.abort(error),
    () => readAll(file, key, undefined, reading.signal),
  );
}

/** @throws Error when anything of it cannot be read, or does not read back as it was written; no archive is left then */
export async function makeBackup(wanted: Wanted): Promise<Made> {
  const { config, keyFile, file } = wanted;
  requireData(config, file);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (await ensureKey(keyFile))
    say(`made the key ${keyFile}. Keep a copy of it where the archives are not: without it nobody can open one`);
  const key = readKey(keyFile);
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  const archive = ArchiveWriter.create(partial, key);
  try {
    const stoodStill = await interruptible(
      (error) => archive.fail(error),
      () => tellingMiB("read", () => archive.bytes, fill(wanted, archive)),
    );
    const written = await archive.finish();
    say("reading it back");
    const { sums, bytes } = await readBack(partial, key);
    const wrong = differences(sums, written);
    if (wrong.length > 0) throw new Error(`the archive does not read back as it was written: ${wrong.join(", ")}`);
    renameSync(partial, file);
    return { file, bytes, entries: written.length, stoodStill };
  } catch (error) {
    archive.fail(error as Error);
    rmSync(partial, { force: true });
    throw error;
  }
}
