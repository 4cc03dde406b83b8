/** Resource plugins: the official ones where they can be had, else the stand-ins in a PULUMI_HOME of our own. */
import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import tar from "tar-fs";
import { isExecutable, type Cli } from "./cli-path";
import { readJson, writeWhole } from "./files";
import { run, tail } from "./run";
import { PLUGINS, type Settings } from "./settings";
import { bundle, fingerprint, pluginStandIn } from "./stand-ins";

type Plugin = (typeof PLUGINS)[number];

/** The PULUMI_HOME of the stand-ins. */
export function standInHome({ cacheDir }: Settings): string {
  return path.join(cacheDir, "home");
}

/** Where Pulumi keeps a plugin. */
export function pluginFile(home: string, { name, version }: Plugin): string {
  return path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

/** Whether the user's own PULUMI_HOME holds every plugin we need. */
export function officialPluginsAreInstalled({ userPulumiHome }: Settings): boolean {
  return PLUGINS.every((plugin) => isExecutable(pluginFile(userPulumiHome, plugin)));
}

/**
 * Official plugins, if they are installed or an official CLI can install them in time. A CLI that had to be built
 * shows that download sites are out of reach, so it does not try.
 */
export async function ensureOfficialPlugins(cli: Cli, settings: Settings): Promise<boolean> {
  if (officialPluginsAreInstalled(settings)) return true;
  if (cli.source === "build") return false;
  for (const plugin of PLUGINS) {
    if (isExecutable(pluginFile(settings.userPulumiHome, plugin))) continue;
    settings.say(`plugins: installing the official ${plugin.name} ${plugin.version}`);
    const fault = await installOfficial(cli, plugin, settings);
    if (fault !== undefined) {
      settings.say(`plugins: ${fault}`);
      return false;
    }
  }
  return true;
}

async function installOfficial(
  { pulumi }: Cli,
  { name, version }: Plugin,
  settings: Settings,
): Promise<string | undefined> {
  const { env, userPulumiHome, pluginTimeoutMs } = settings;
  const result = await run(pulumi, ["plugin", "install", "resource", name, version], {
    env: { ...env, PULUMI_HOME: userPulumiHome, PULUMI_SKIP_UPDATE_CHECK: "1" },
    timeoutMs: pluginTimeoutMs,
  });
  if (result.timedOut) return `the official ${name} ${version} did not arrive within ${pluginTimeoutMs / 1000} s`;
  return result.code === 0
    ? undefined
    : `the official ${name} ${version} could not be installed: ${tail(result.stderr, 1)}`;
}

/** Installs every stand-in whose bundle changed since it was installed last. */
export async function ensureStandInPlugins(cli: Cli, settings: Settings): Promise<void> {
  const home = standInHome(settings);
  const record = path.join(settings.cacheDir, "installed-plugins.json");
  for (const plugin of PLUGINS) {
    const installed = readJson<Record<string, string>>(record) ?? {};
    const wanted = fingerprint(pluginStandIn(plugin.name), settings);
    if (installed[plugin.name] === wanted && isExecutable(pluginFile(home, plugin))) continue;
    await installStandIn(cli, plugin, settings);
    writeWhole(record, JSON.stringify({ ...installed, [plugin.name]: wanted }));
  }
}

async function installStandIn({ pulumi }: Cli, plugin: Plugin, settings: Settings): Promise<void> {
  const { name, version } = plugin;
  const home = standInHome(settings);
  const executable = await bundle(pluginStandIn(name), settings);
  const archive = `${executable}.tgz`;
  const pack = tar.pack(path.dirname(executable), { entries: [path.basename(executable)] });
  await pipeline(pack, zlib.createGzip({ level: 1 }), fs.createWriteStream(archive));
  const result = await run(pulumi, ["plugin", "install", "resource", name, version, "--file", archive, "--reinstall"], {
    env: { ...settings.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "1" },
  });
  fs.rmSync(archive, { force: true });
  if (result.code !== 0 || !isExecutable(pluginFile(home, plugin))) {
    throw new Error(
      `the stand-in of the ${name} plugin could not be installed into ${home}:\n${tail(result.stderr || result.stdout)}`,
    );
  }
}
