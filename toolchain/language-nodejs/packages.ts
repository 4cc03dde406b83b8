/** What is installed for a program: read from node_modules, without asking a package manager. */
import fs from "node:fs";
import path from "node:path";

/** The parts of a package.json that this host needs; all may be missing in a foreign file. */
export interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  /** Present in the SDK of a resource provider. */
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** The provider plugin that an installed SDK needs; `server` is empty for Pulumi's own. */
export interface RequiredPlugin {
  name: string;
  version: string;
  server: string;
}

/** The package.json of a directory, or undefined without a readable one. */
export function readManifest(directory: string): Manifest | undefined {
  return parseManifest(readManifestText(directory));
}

/** The closest `entry` (a file or directory) of a directory or of those above it. */
export function searchUp(directory: string, entry: string): string | undefined {
  const candidate = path.join(directory, entry);
  if (fs.existsSync(candidate)) return candidate;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : searchUp(parent, entry);
}

/**
 * Directories of all packages in the closest node_modules, nested ones included. The official host walks every
 * directory below the program instead, its data and caches too: thousands of them to find the same packages.
 */
export function packageDirectories(programDirectory: string): string[] {
  const nodeModules = searchUp(programDirectory, "node_modules");
  return nodeModules === undefined ? [] : directoriesIn(nodeModules, new Set());
}

/** Directories of the packages that the program's own package.json names; missing ones are left out. */
export function directDependencies(programDirectory: string): string[] {
  const nodeModules = searchUp(programDirectory, "node_modules");
  const manifest = searchUp(programDirectory, "package.json");
  if (nodeModules === undefined || manifest === undefined) return [];
  const { dependencies, devDependencies } = readManifest(path.dirname(manifest)) ?? {};
  const names = Object.keys({ ...dependencies, ...devDependencies });
  return names.map((name) => path.join(nodeModules, name)).filter((directory) => fs.existsSync(directory));
}

function directoriesIn(nodeModules: string, visited: Set<string>): string[] {
  const real = fs.realpathSync(nodeModules);
  if (visited.has(real)) return [];
  visited.add(real);
  return packageNames(nodeModules).flatMap((name) => {
    const directory = path.join(nodeModules, name);
    const nested = path.join(directory, "node_modules");
    return [directory, ...(fs.existsSync(nested) ? directoriesIn(nested, visited) : [])];
  });
}

function packageNames(nodeModules: string): string[] {
  return fs
    .readdirSync(nodeModules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => (name.startsWith("@") ? scopedNames(nodeModules, name) : [name]));
}

function scopedNames(nodeModules: string, scope: string): string[] {
  return fs.readdirSync(path.join(nodeModules, scope)).map((name) => path.join(scope, name));
}

/** The provider plugins of all installed SDKs, each name and version once. */
export function requiredPlugins(programDirectory: string): RequiredPlugin[] {
  const found = new Map<string, RequiredPlugin>();
  for (const directory of packageDirectories(programDirectory)) {
    const text = readManifestText(directory);
    // Parsing several hundred files takes longer than reading them.
    if (!text.includes('"pulumi"')) continue;
    const plugin = pluginOf(parseManifest(text));
    if (plugin !== undefined) found.set(`${plugin.name} ${plugin.version}`, plugin);
  }
  return [...found.values()];
}

function pluginOf(manifest: Manifest | undefined): RequiredPlugin | undefined {
  const section = manifest?.pulumi;
  if (manifest === undefined || section?.resource !== true) return undefined;
  const name = section.name || (manifest.name ?? "").replace(/^@pulumi\/|^@/, "");
  const version = section.version || (manifest.version ?? "");
  if (name === "" || version === "") return undefined;
  return { name, version: version.startsWith("v") ? version : `v${version}`, server: section.server ?? "" };
}

function readManifestText(directory: string): string {
  try {
    return fs.readFileSync(path.join(directory, "package.json"), "utf8");
  } catch {
    return "";
  }
}

function parseManifest(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}
