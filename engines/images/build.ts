/** Builds what is missing of the images that are built here, bases first. */
import path from "node:path";
import type Docker from "dockerode";
import { bootstrap } from "./bootstrap";
import { packContext } from "./context";
import { buildImage, hasImage, importImage, removeBuildStages } from "./engine";
import { buildGo } from "./go";
import { buildOrder, buildTag, contextOf } from "./hash";
import { buildEnvironment, caBundle, proxyArguments } from "./host";
import { withLock } from "./exclusive";
import type { BuildEntry, ImageLock } from "./lock";
import { PROJECT_ROOT } from "../project-root";
import { Step, type Sink } from "./progress";
import { BUILT_PREFIX } from "./reference";

export interface BuildSettings {
  readonly docker: Docker;
  readonly lock: ImageLock;
  /** Where programs and root file systems are made. */
  readonly cache: string;
  readonly sink: Sink;
}

/** Products that are kept between builds; inside the checkout and ignored by git. */
export const CACHE = path.join(PROJECT_ROOT, ".cache", "images");

/** Every image built here carries it, with its name in the lock. */
const LABEL = "mcp-stack.image";

/** `mcp-gateway-stack/NAME:HASH`. */
export const builtReference = (lock: ImageLock, name: string): string =>
  `${BUILT_PREFIX}/${name}:${buildTag(lock, name)}`;

/** Argument by which a Dockerfile names a base: base-sid → BASE_SID. */
export const baseArgument = (name: string): string => name.toUpperCase().replaceAll("-", "_");

function buildEntry(lock: ImageLock, name: string): BuildEntry {
  const entry = lock[name];
  if (entry?.build) return entry.build;
  const known = Object.keys(lock).filter((other) => lock[other]?.build);
  const why = entry ? "is only pulled, there is no build of it" : "is not in catalogs/images.yaml";
  throw new Error(`image "${name}" ${why}; choose from ${known.join(", ")}`);
}

/** Missing images among `names` and, only for those, missing bases; bases first. */
export async function missingImages(settings: BuildSettings, names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  const visit = async (name: string): Promise<void> => {
    const { from } = buildEntry(settings.lock, name);
    if (missing.includes(name) || (await hasImage(settings.docker, builtReference(settings.lock, name)))) return;
    missing.push(name);
    for (const base of from) await visit(base);
  };
  for (const name of names) await visit(name);
  return buildOrder(settings.lock, missing).filter((name) => missing.includes(name));
}

async function importBase(
  settings: BuildSettings,
  step: Step,
  name: string,
  build: BuildEntry,
  suite: string,
): Promise<void> {
  const slim = path.join(contextOf(name, build), "slim.sh");
  const root = await bootstrap(step, suite, slim, path.join(settings.cache, "rootfs"));
  try {
    const imported = importImage(
      settings.docker,
      step,
      root.tar,
      builtReference(settings.lock, name),
      `${LABEL}=${name}`,
    );
    await Promise.all([imported, root.packed]);
  } finally {
    root.remove();
  }
}

async function buildFromContext(settings: BuildSettings, step: Step, name: string, build: BuildEntry): Promise<void> {
  const { docker, lock, cache } = settings;
  const directory = contextOf(name, build);
  const program = build.go && (await buildGo(step, name, build.go, directory, cache));
  const bundle = caBundle();
  const context = packContext(directory, { environment: buildEnvironment(bundle), bundle, program });
  const bases = Object.fromEntries(build.from.map((base) => [baseArgument(base), builtReference(lock, base)]));
  await buildImage(docker, step, context, {
    reference: builtReference(lock, name),
    buildArguments: { ...proxyArguments(), ...bases },
    labels: { [LABEL]: name },
  }).finally(() => removeBuildStages(docker, name));
}

async function buildOne(settings: BuildSettings, name: string, title: string): Promise<void> {
  const build = buildEntry(settings.lock, name);
  const step = new Step(title, `building ${name} ${build.version}`, settings.sink);
  try {
    if (build.debootstrap) await importBase(settings, step, name, build, build.debootstrap.suite);
    else await buildFromContext(settings, step, name, build);
  } catch (error) {
    step.end("failed after");
    throw new Error(`image "${name}" could not be built: ${(error as Error).message}`, { cause: error });
  }
  step.end("done in");
}

/** Builds what is missing of `names`; gives the names of what was built, empty if nothing was to do. */
export async function ensureImages(settings: BuildSettings, names: readonly string[]): Promise<string[]> {
  if ((await missingImages(settings, names)).length === 0) return [];
  // Pulumi starts several builds beside each other, which have bases in common.
  return withLock(path.join(settings.cache, "lock"), settings.sink, async () => {
    const missing = await missingImages(settings, names);
    for (const [index, name] of missing.entries()) {
      await buildOne(settings, name, `[${index + 1}/${missing.length}] ${name}`);
    }
    return missing;
  });
}
