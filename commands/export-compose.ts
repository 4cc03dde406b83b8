/** `npm run export-compose`: the stack for `docker compose`, with everything on disk that its containers mount. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { downloadPlan, withToken } from "../components/model-plan";
import { isEmptyPlan, servicePlan } from "../components/service-plan";
import type { Config } from "../config";
import { composeFile } from "../engines/compose/compose-file";
import { networkForm, resourceName } from "../engines/container-args";
import { accessWords } from "../engines/files/access";
import { writeHostFiles } from "../engines/files/host-files";
import { tlsWords } from "../engines/files/tls";
import { writeTls } from "../engines/files/tls-files";
import * as layout from "../engines/files/layout";
import { download } from "../engines/models/download";
import { modelGeneration } from "../engines/models/record";
import { findEngine, prepare, type Place, type Prepared } from "../prepare";
import { PROCESSES, type ServiceSpec } from "../services/spec";
import { startOrder } from "../services/start-order";
import { dataUser, plannedSecrets, type StackPlan } from "../stack";
import { say } from "./ask";
import { plannedServices, volumeDirectories } from "./planned";
import { readConfig } from "./stack-config";

export interface ExportOptions {
  readonly stack: string;
  /** Where to write it; undefined: standard output. */
  readonly output?: string;
}

/** Networks that services join. */
function networksOf(config: Config, specs: readonly ServiceSpec[]) {
  const names = new Set(specs.flatMap(({ networks }) => networks));
  return [...names].map((name) => ({
    name,
    fullName: resourceName(config, name),
    form: networkForm(name),
  }));
}

/** The compose file of a plan, as plain data. */
export function stackCompose(config: Config, plan: StackPlan, { engineSocket }: Pick<Place, "engineSocket">): object {
  const order = startOrder(plan);
  const specs = order.map(({ spec }) => spec);
  // No start interval, whatever this engine knows: Compose refuses to ask an older one for it, and the file may be moved.
  return composeFile({
    project: resourceName(config, "compose"),
    dataDir: config.dataDir,
    services: plannedServices(config, plan, { engineSocket }, specs).map(({ spec, args }, index) => ({
      name: spec.name,
      args,
      processes: spec.processes ?? PROCESSES,
      runsOnce: "runsOnce" in spec.health,
      after: order[index]?.after.map(({ name }) => name) ?? [],
    })),
    networks: networksOf(config, specs),
    volumes: plan.volumes.map((volume) => ({
      fullName: resourceName(config, volume.name),
      device: path.join(config.dataDir, volume.path),
    })),
    volumeUser: plan.core.gateway.name,
    localImages: config.imageSource === "build",
  });
}

/** Secrets that are generated or copied, and then the digests that are made of them. */
async function writeSecrets({ dataDir: base }: Config, plan: StackPlan): Promise<void> {
  writeHostFiles("secrets", { base, ...layout.withGenerations(base, plannedSecrets(plan)) });
  const { access, tls } = plan.secrets;
  if (access !== undefined) writeHostFiles("access", { base, ...access, ...accessWords(base, access) });
  if (tls !== undefined) await writeTls({ base, ...tls, ...tlsWords(base, tls) });
}

/** Rendered files, directories and secrets, as the graph's nodes write them: what is intact stays as it is. */
export async function writeFiles(config: Config, { plan, owner }: Pick<Prepared, "plan" | "owner">): Promise<void> {
  const { dataDir: base } = config;
  writeHostFiles("owner", { base, owner, generation: layout.ownerGeneration(base, owner) });
  await writeSecrets(config, plan);
  for (const { spec } of startOrder(plan)) {
    const files = servicePlan(spec, dataUser(), volumeDirectories(plan, spec));
    if (isEmptyPlan(files)) continue;
    writeHostFiles("service", { base, ...files, generation: layout.serviceGeneration(base, files) });
  }
}

async function fetchModels({ dataDir, secretsFile, secrets }: Config, { ai }: StackPlan): Promise<void> {
  for (const choice of Object.values(ai?.models ?? {})) {
    const plan = downloadPlan({ choice, dataDir, secretsFile });
    await download({ ...withToken(plan, secrets), generation: modelGeneration(plan) });
  }
}

const head = ({ stack, dataDir }: Config): string =>
  [
    `# The stack "${stack}" for docker compose 2.24 or newer, made by: npm run export-compose -- --stack ${stack}`,
    `# Its files, secrets and data are in ${dataDir}; DATA_DIR names another place after they were moved.`,
    "# Bring the stack down before: both use the same names, ports and data.",
    "",
  ].join("\n");

/** Writes the file, and what it mounts. @throws StackFaults when the stack cannot come up as it is configured */
export async function exportCompose({ stack, output }: ExportOptions): Promise<void> {
  const config = readConfig(stack);
  const prepared = await prepare(config, await findEngine(config));
  const { plan, place } = prepared;
  await writeFiles(config, prepared);
  await fetchModels(config, plan);
  // Only now do the labels tell the files that are there.
  const text = `${head(config)}${stringify(stackCompose(config, plan, place), { aliasDuplicateObjects: false, version: "1.1" })}`;
  if (output === undefined) return void process.stdout.write(text);
  writeFileSync(output, text);
  say(`wrote ${output}; next: npm run down, then docker compose --file ${output} up --wait`);
}
