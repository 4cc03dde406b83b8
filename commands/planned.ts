/** The containers that a plan amounts to on an engine, and the host files that they stand on; nothing is written. */
import { downloadPlan } from "../components/model-plan";
import { isEmptyPlan, servicePlan } from "../components/service-plan";
import type { Config } from "../config";
import { containerArgs, type ContainerArgs, type EngineTraits } from "../engines/container-args";
import { accessWords, type AccessPlan } from "../engines/files/access";
import * as layout from "../engines/files/layout";
import { tlsWords, type TlsPlan } from "../engines/files/tls";
import { pageDifferences } from "../engines/files/page";
import { modelGeneration } from "../engines/models/record";
import { secretsBehind, type ServiceSpec } from "../services/spec";
import { dataUser, plannedSecrets, servicesOf, type StackPlan } from "../stack";

export interface PlannedService {
  readonly spec: ServiceSpec;
  readonly args: ContainerArgs;
  /** Host files that are not as the program wrote them: paths. */
  readonly files: readonly string[];
}

/** A generation is a new word each time while its files are not intact. */
function generationOf(read: () => string, path: string): { readonly generation: string; readonly touched: string[] } {
  const generation = read();
  return { generation, touched: read() === generation ? [] : [path] };
}

type Generation = ReturnType<typeof generationOf>;

/** The router's label has the word of the directory; digests that are not as they have to be are told all the same. */
function accessGeneration(dataDir: string, plan: AccessPlan): Generation {
  const [{ place, generation }, again] = [accessWords(dataDir, plan), accessWords(dataDir, plan)];
  const intact = place === again.place && generation === again.generation;
  return { generation: place, touched: intact ? [] : [layout.secretDirectory(dataDir, plan.name)] };
}

/** As with digests, the label has the word of the directory. A certificate that is due is nobody's edit. */
const tlsGeneration = (dataDir: string, plan: TlsPlan): Generation =>
  generationOf(() => tlsWords(dataDir, plan).place, layout.secretDirectory(dataDir, plan.name));

function secretGenerations(plan: StackPlan, dataDir: string): Map<string, Generation> {
  const { generated, copied } = plannedSecrets(plan);
  const of = (name: string, read: () => string) =>
    [name, generationOf(read, layout.secretDirectory(dataDir, name))] as const;
  const { access, tls } = plan.secrets;
  return new Map([
    ...(tls === undefined ? [] : [[tls.name, tlsGeneration(dataDir, tls)] as const]),
    ...(access === undefined ? [] : [[access.name, accessGeneration(dataDir, access)] as const]),
    ...generated.map((secret) => of(secret.name, () => layout.secretGeneration(dataDir, secret))),
    ...copied.map((secret) => of(secret.name, () => layout.copyGeneration(dataDir, secret))),
  ]);
}

/** Host files of a service; a whole directory is named only when no single file of it is. */
function ownFiles(spec: ServiceSpec, dataDir: string, more: readonly string[]): Generation[] {
  const plan = servicePlan(spec, dataUser(), more);
  if (isEmptyPlan(plan)) return [];
  const whole = generationOf(() => layout.serviceGeneration(dataDir, plan), `data directories of ${spec.name}`);
  const single = plan.rendered.flatMap(({ hash, files }) => {
    const directory = layout.renderedDirectory(dataDir, spec.name, hash);
    return layout.renderedDifferences(directory, files).map((file) => `${directory}/${file}`);
  });
  return [{ generation: whole.generation, touched: single.length > 0 ? single : whole.touched }];
}

function modelFiles(plan: StackPlan, spec: ServiceSpec, { dataDir, secretsFile }: Config): Generation[] {
  const { ai } = plan;
  const choice = { "llama-cpp": ai?.models.llama, "whisper-cpp": ai?.models.whisper }[spec.name];
  if (choice === undefined) return [];
  const download = downloadPlan({ choice, dataDir, secretsFile });
  return [generationOf(() => modelGeneration(download), download.target)];
}

/** Directories of shared volumes, which the gateway brings beside its own. */
export const volumeDirectories = ({ core, volumes }: StackPlan, spec: ServiceSpec): string[] =>
  spec.name === core.gateway.name ? volumes.map(({ path }) => path) : [];

/** What would run on an engine; `specs` are those that are asked for. */
export function plannedServices(
  config: Config,
  plan: StackPlan,
  engine: EngineTraits,
  specs: readonly ServiceSpec[] = servicesOf(plan),
): PlannedService[] {
  const secrets = secretGenerations(plan, config.dataDir);
  return specs.map((spec) => {
    const mounted = secretsBehind(spec).flatMap((secret) => secrets.get(secret) ?? []);
    // In the order in which components/service.ts joins them: the label is a hash of the list.
    const all = [
      ...ownFiles(spec, config.dataDir, volumeDirectories(plan, spec)),
      ...mounted,
      ...modelFiles(plan, spec, config),
    ];
    const generations = all.map(({ generation }) => generation);
    const page = spec.name === plan.core.router.name ? pageDifferences(config.dataDir) : [];
    const image = plan.reference(spec.image);
    const { project, stack, dataDir } = config;
    const args = containerArgs(spec, { project, stack, dataDir, ...engine, image, generations });
    return { spec, args, files: [...all.flatMap(({ touched }) => touched), ...page] };
  });
}
