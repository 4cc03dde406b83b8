/** Reads the lock files and the plan, and puts together what they list. No engine and no network is asked. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Config } from "../../config";
import { buildTags, contextOf } from "../../engines/images/hash";
import { readLock } from "../../engines/images/lock";
import { PROJECT_ROOT } from "../../engines/project-root";
import { planByNames } from "../../prepare";
import { parseModels } from "../../services/models";
import { plannedImages, type StackPlan } from "../../stack";
import { goParts } from "./go";
import { builtRef, everyForm, imageParts, ownImage, toBuild, wantedForm, type ImageFacts, type Wanted } from "./images";
import { catalogModels, chosenModels } from "./models";
import { npmParts } from "./npm";
import { mergedParts, ROOT, type Part } from "./part";
import { pythonParts } from "./python";

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), "utf8");

/** What a folder of the checkout locks, in any of the three ways. `folder` is relative to the root of the checkout. */
export function lockedParts(folder: string, within: readonly string[]): Part[] {
  const at = (name: string): string => path.posix.join(folder, name);
  const has = (name: string): boolean => existsSync(path.join(PROJECT_ROOT, at(name)));
  return [
    ...(has("package-lock.json") ? npmParts(read(at("package-lock.json")), at("package-lock.json"), within) : []),
    ...(has("go.mod") ? goParts(read(at("go.mod")), read(at("go.sum")), at("go.mod"), within) : []),
    ...(has("requirements.txt") ? pythonParts(read(at("requirements.txt")), at("requirements.txt"), within) : []),
  ];
}

/** Folders with the locks of the program itself. */
export const PROGRAM = ["", "toolchain", "toolchain/pulumi-cli"];

function imageContents(wanted: readonly Wanted[], facts: ImageFacts): Part[] {
  return toBuild(wanted, facts.lock).flatMap((name) => {
    const build = facts.lock[name]?.build;
    if (!build) return [];
    const folder = path.relative(PROJECT_ROOT, contextOf(name, build)).split(path.sep).join("/");
    return lockedParts(folder, [builtRef(name, facts)]);
  });
}

const ownImages = ({ catalog }: StackPlan): Part[] =>
  catalog.servers.flatMap(({ name, imageName, image }) =>
    imageName === undefined && image !== undefined ? [ownImage(name, image)] : [],
  );

function facts({ imageDigests: digests }: Config): ImageFacts {
  const lock = readLock();
  return { lock, digests, buildTag: buildTags(lock) };
}

/**
 * Everything that a stack uses, each once; `all` adds what the catalogs have besides, every image in both of its forms.
 * @throws StackFaults when the stack cannot be planned
 */
export function collectParts(config: Config, all = false): Part[] {
  const plan = planByNames(config);
  const known = facts(config);
  const used = plannedImages(plan).map(({ name }) => wantedForm(name, config.imageSource, known));
  const wanted = all ? everyForm(known.lock) : used;
  const models = parseModels(read("catalogs/models.yaml"));
  const choices = plan.ai === undefined ? [] : Object.values(plan.ai.models);
  return mergedParts([
    ...imageParts(wanted, known),
    ...imageContents(wanted, known),
    ...ownImages(plan),
    ...chosenModels(choices, models),
    ...(all ? catalogModels(models) : []),
    ...PROGRAM.flatMap((folder) => lockedParts(folder, [ROOT])),
  ]);
}
