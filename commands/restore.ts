/** `npm run restore FILE`: from an archive to a running stack, on a machine that has nothing of it. */
import { connect } from "../engines/images/engine";
import { ArchiveFault, readKey } from "../engines/backup/age";
import { unmark } from "../engines/backup/marker";
import { prepare } from "../prepare";
import { POSTGRES } from "../services/dify/postgres";
import { KINDS } from "../services/models";
import { plannedImages } from "../stack";
import { alone } from "./alone";
import { interactive, say } from "./ask";
import { keyFile } from "./backup/places";
import { ensureEngine } from "./ensure-engine";
import { fetchImages } from "./fetch-images";
import { upCommand } from "./no-stack";
import { verify, type Verified } from "./restore/archive";
import { loadDatabase, removeRestorer } from "./restore/database";
import { restoreData } from "./restore/data";
import { configHere, configOf, encryptSecrets, targetFaults, writeConfig } from "./restore/target";
import { PROJECT, stackFile } from "./stack-config";
import { up } from "./up";
import { openWorkspace } from "./workspace";
import { contentOf } from "./write-file";
import path from "node:path";

/** All else that is left out comes back by itself. */
const MODEL_DIRECTORIES: readonly string[] = Object.values(KINDS).map(({ directory }) => directory);

export interface RestoreOptions {
  /** Default: the archive's. */
  readonly stack?: string;
  readonly key?: string;
  readonly dataDir?: string;
  readonly up: boolean;
  /** Verify only. */
  readonly check?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

async function verified(file: string, key: string | undefined): Promise<Verified> {
  const secret = readKey(keyFile(key, process.env));
  say(`verifying ${file}`);
  const archive = await verify(path.resolve(file), secret);
  const { manifest, entries, bytes } = archive;
  if (manifest.project !== PROJECT)
    throw new ArchiveFault(`${file} is of the project ${manifest.project}, not ${PROJECT}`);
  say(`whole: stack ${manifest.stack} of ${manifest.time}, ${entries} entries, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
  return archive;
}

/** Puts everything in its place. @throws Error before anything is written when something is there already */
async function place(archive: Verified, stack: string, { dataDir, yes = false }: RestoreOptions): Promise<void> {
  const absolute = dataDir === undefined ? undefined : path.resolve(dataDir);
  const here = (): string => configHere(archive.config, contentOf(stackFile(stack)), absolute);
  const before = contentOf(stackFile(stack));
  const engine = await ensureEngine(configOf(stack, here(), archive.secrets), { yes, interactive: interactive() });
  const docker = connect(engine.host);
  const workspace = await openWorkspace(stack);
  await alone(workspace, async () => {
    // Again: a new stack has its salt now.
    const text = here();
    const config = configOf(stack, text, archive.secrets);
    const faults = await targetFaults(docker, workspace, config, archive);
    if (faults.length > 0)
      throw new Error(`Nothing was restored, because something is there:\n  ${faults.join("\n  ")}`);
    for (const file of writeConfig(config, { text, before }, archive)) say(`wrote ${file}`);
    await encryptSecrets(workspace, archive.secrets);
    const { plan } = await prepare(config, engine, true);
    const database = { name: POSTGRES, reference: plan.reference(POSTGRES) };
    await fetchImages(config, docker, [...plannedImages(plan), ...(archive.hasDump ? [database] : [])]);
    await removeRestorer(docker, config);
    await restoreData(docker, config, plan.reference(plan.core.gateway.image), archive);
    if (archive.hasDump) await loadDatabase(docker, { ...config, engineName: engine.name }, plan, archive);
    unmark(config.dataDir);
  });
}

/** Ends with the exit code of `up`. */
export async function restore(file: string, options: RestoreOptions): Promise<void> {
  const archive = await verified(file, options.key);
  const { manifest } = archive;
  const stack = options.stack ?? manifest.stack;
  if (options.check) {
    if (options.json) process.stdout.write(`${JSON.stringify({ whole: true, ...manifest })}\n`);
    return;
  }
  await place(archive, stack, options);
  for (const [what, why] of Object.entries(manifest.leftOut))
    if (MODEL_DIRECTORIES.includes(what)) say(`not in the archive: ${what}: ${why}`);
  say(`restored. Pulumi's state begins anew: the archive's (state.json) names containers of the other machine`);
  if (options.up) return up({ stack, yes: options.yes, json: options.json });
  say(`start it: ${upCommand(stack)}`);
}
