/** Decides which Pulumi is used, and sets it up. */
import fs from "node:fs";
import path from "node:path";
import { buildCli, cachedBuild } from "./cli-build";
import { cachedDownload, downloadCli } from "./cli-download";
import { cliFromPath, findOnPath, isExecutable, type Cli } from "./cli-path";
import { hash, readJson, writeWhole } from "./files";
import { withLock } from "./lock";
import {
  ensureOfficialPlugins,
  ensureStandInPlugins,
  officialPluginsAreInstalled,
  pluginFile,
  standInHome,
} from "./plugins";
import { PLUGINS, PULUMI_VERSION, type Settings } from "./settings";
import { bundle, fingerprint, LANGUAGE_HOST, pluginStandIn } from "./stand-ins";

/** How to run Pulumi in this checkout; printed as JSON. */
export interface Resolution {
  /** Absolute path of the CLI. */
  readonly pulumi: string;
  /** Its version, without a "v". */
  readonly version: string;
  readonly cliSource: "path" | "download" | "build";
  readonly pluginSource: "official" | "stand-in";
  /** Environment variables to set for every Pulumi command. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders to put in front of PATH. */
  readonly path: readonly string[];
}

/** A resolution that was reached before, what it depended on, and the line that told it. */
interface Remembered {
  readonly key: string;
  readonly resolution: Resolution;
  readonly decision: string;
}

/**
 * The CLI and plugins to use, set up and ready. Says the decision in one line. The result is remembered, so that a run
 * with nothing to do starts no process and waits for no network.
 *
 * @throws Error that says what to install, if nothing can be had
 */
export async function resolve(settings: Settings): Promise<Resolution> {
  const file = path.join(settings.cacheDir, "resolved.json");
  const recall = (): Resolution | undefined => {
    const remembered = readJson<Remembered>(file);
    if (remembered?.key !== keyOf(settings) || !isIntact(remembered.resolution, settings)) return undefined;
    settings.say(remembered.decision);
    return remembered.resolution;
  };
  const wait = (pid: string): void => settings.say(`toolchain: waiting for process ${pid}, which is setting it up`);
  return (
    recall() ??
    (await withLock(path.join(settings.cacheDir, "lock"), wait, async () => {
      const meanwhile = recall();
      if (meanwhile) return meanwhile;
      const { resolution, decision } = await setUp(settings);
      writeWhole(file, JSON.stringify({ key: keyOf(settings), resolution, decision } satisfies Remembered));
      settings.say(decision);
      return resolution;
    }))
  );
}

async function setUp(settings: Settings): Promise<Omit<Remembered, "key">> {
  const cli = await findCli(settings);
  const official = await ensureOfficialPlugins(cli, settings);
  if (cli.source === "build") await putLanguageHostBeside(cli, settings);
  if (!official) await ensureStandInPlugins(cli, settings);
  const plugins = official ? "official plugins" : "stand-in plugins";
  return {
    resolution: resolution(cli, official, settings),
    decision: `pulumi ${cli.version}: ${cli.reason}; ${plugins}`,
  };
}

/** The order of choices. What is in the cache comes before the network, so that a known answer costs no wait. */
async function findCli(settings: Settings): Promise<Cli> {
  return (
    (await cliFromPath(settings)) ??
    cachedDownload(settings) ??
    cachedBuild(settings) ??
    (await downloadCli(settings)) ??
    (await buildCli(settings))
  );
}

/** A CLI that we built has no language hosts; Pulumi looks for them beside its own executable. */
async function putLanguageHostBeside({ pulumi }: Cli, settings: Settings): Promise<void> {
  const source = fs.readFileSync(await bundle(LANGUAGE_HOST, settings));
  writeWhole(path.join(path.dirname(pulumi), LANGUAGE_HOST.executable), source, 0o755);
}

function resolution(cli: Cli, official: boolean, settings: Settings): Resolution {
  const standInEnvironment = {
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(hostIsOnlyOnPath(cli, settings) ? {} : { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" }),
  };
  return {
    pulumi: cli.pulumi,
    version: cli.version,
    cliSource: cli.source,
    pluginSource: official ? "official" : "stand-in",
    env: {
      PULUMI_SKIP_UPDATE_CHECK: "1",
      // Said for the official plugins too: a shell may have taken over the one of the stand-ins.
      PULUMI_HOME: official ? settings.userPulumiHome : standInHome(settings),
      ...(official ? {} : standInEnvironment),
    },
    path: cli.source === "path" ? [] : [path.dirname(cli.pulumi)],
  };
}

/** Some packages install the language host in another folder than the CLI; it must then be found on PATH. */
function hostIsOnlyOnPath({ pulumi }: Cli, settings: Settings): boolean {
  const beside = path.join(path.dirname(fs.realpathSync(pulumi)), LANGUAGE_HOST.executable);
  return !isExecutable(beside) && findOnPath(LANGUAGE_HOST.executable, settings) !== undefined;
}

/** What a remembered resolution depends on, without starting a process. */
function keyOf(settings: Settings): string {
  const installed = ["pulumi", LANGUAGE_HOST.executable].map((name) => identity(findOnPath(name, settings)));
  const modules = ["go.mod", "go.sum"].map((name) =>
    fs.readFileSync(path.join(settings.toolchainDir, "pulumi-cli", name)),
  );
  const standIns = [LANGUAGE_HOST, ...PLUGINS.map(({ name }) => pluginStandIn(name))].map((standIn) =>
    fingerprint(standIn, settings),
  );
  return hash(
    PULUMI_VERSION,
    settings.cacheDir,
    settings.releases,
    settings.userPulumiHome,
    ...installed,
    ...modules,
    ...standIns,
  );
}

function identity(file: string | undefined): string {
  if (file === undefined) return "";
  const { size, mtimeMs } = fs.statSync(file);
  return `${file} ${fs.realpathSync(file)} ${size} ${mtimeMs}`;
}

/** Whether everything that a resolution names is still there, and nothing better came in the meantime. */
function isIntact({ pulumi, cliSource, pluginSource }: Resolution, settings: Settings): boolean {
  const official = officialPluginsAreInstalled(settings);
  const plugins = official || PLUGINS.every((plugin) => isExecutable(pluginFile(standInHome(settings), plugin)));
  const host = cliSource !== "build" || isExecutable(path.join(path.dirname(pulumi), LANGUAGE_HOST.executable));
  return isExecutable(pulumi) && host && plugins && official === (pluginSource === "official");
}
