/** The stand-ins as single executable files: bundled from their sources, again only when a source changes. */
import fs from "node:fs";
import path from "node:path";
import { hash, makeWhole, sourcesBelow, writeWhole } from "./files";
import { ensurePackages } from "./packages";
import type { Settings } from "./settings";

/** One stand-in: the folder of its sources in toolchain/, and the name that Pulumi looks for. */
export interface StandIn {
  readonly folder: string;
  readonly executable: string;
}

/** Stand-in of the Node.js language host. */
export const LANGUAGE_HOST: StandIn = { folder: "language-nodejs", executable: "pulumi-language-nodejs" };

/** The stand-in of a resource plugin. */
export function pluginStandIn(name: string): StandIn {
  return { folder: `provider-${name}`, executable: `pulumi-resource-${name}` };
}

/** Changes whenever a bundle could: by its sources, the shared ones, the packages, or the way it is bundled. */
export function fingerprint({ folder }: StandIn, { toolchainDir }: Pick<Settings, "toolchainDir">): string {
  const sources = [folder, "plugin"].flatMap((name) => sourcesBelow(path.join(toolchainDir, name)));
  const files = [...sources, path.join(toolchainDir, "package-lock.json"), __filename];
  return hash(...files.flatMap((file) => [path.relative(toolchainDir, file), fs.readFileSync(file)])).slice(0, 16);
}

/** The bundle's path; made if it is not in the cache. */
export async function bundle(standIn: StandIn, settings: Settings): Promise<string> {
  const { toolchainDir, cacheDir, say } = settings;
  const entry = path.join(toolchainDir, standIn.folder, "main.ts");
  if (!fs.existsSync(entry))
    throw new Error(
      `the stand-in of ${standIn.executable} is missing: there is no ${entry}; is the checkout complete?`,
    );
  const target = path.join(cacheDir, "bundles", `${standIn.executable}-${fingerprint(standIn, settings)}`);
  const file = path.join(target, standIn.executable);
  if (fs.existsSync(file)) return file;
  await ensurePackages(settings);
  say(`toolchain: bundling ${standIn.executable}`);
  await makeWhole(target, async (directory) => {
    writeWhole(path.join(directory, standIn.executable), await bundled(entry), 0o755);
  });
  removeOlder(standIn, target);
  return file;
}

async function bundled(entry: string): Promise<Buffer> {
  // Loaded late: a fresh checkout has no packages before ensurePackages.
  const esbuild = await import("esbuild");
  const result = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    keepNames: true,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    // Optional native parts of ssh2, which does without them.
    external: ["*.node", "cpu-features"],
    logLevel: "silent",
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error(`esbuild gave no output for ${entry}`);
  return Buffer.from(file.contents);
}

/** Only the newest bundle of a stand-in is kept. */
function removeOlder({ executable }: StandIn, kept: string): void {
  const directory = path.dirname(kept);
  for (const name of fs.readdirSync(directory)) {
    if (name.startsWith(`${executable}-`) && name !== path.basename(kept))
      fs.rmSync(path.join(directory, name), { recursive: true, force: true });
  }
}
