/**
 * What a config amounts to, before anything is created: services, images, secrets and volumes as plain data. It reads the
 * checkout's own files and the secrets file, and asks no engine; the program, the commands and the tests share it.
 */
import path from "node:path";
import type { WantedImage } from "./components/images";
import type { Config } from "./config";
import { resourceName, SERVICE_LABEL, stackLabels } from "./engines/container-args";
import { SERVER } from "./engines/of-stack";
import type { SharedVolume } from "./engines/engine";
import { readText, type CopyPlan } from "./engines/files/layout";
import { secretSource, userSecretNames } from "./engines/files/user-secrets";
import { buildTags } from "./engines/images/hash";
import { readLock, type ImageLock } from "./engines/images/lock";
import { PROJECT_ROOT } from "./engines/project-root";
import { imageReference, strayFaults } from "./engines/images/reference";
import { aiPlan, type AiPlan } from "./services/ai/plan";
import { SECRETS } from "./services/ai/settings";
import { difyPlan, type DifyPlan } from "./services/dify/plan";
import { gatewayCatalog, type CatalogResult, type GatewayCatalog } from "./services/catalog/gateway-catalog";
import { SOURCE_FILES, type CatalogSources, type SourceName } from "./services/catalog/model";
import type { CatalogImages } from "./services/catalog/validate";
import { coreServices, type CoreServices } from "./services/core";
import { parseModels } from "./services/models";
import type { NetworkName, ServiceSpec } from "./services/spec";
import { certificateFaults, credentialFaults, repeatedFaults, secretsOf, type CoreSecrets } from "./stack-secrets";
import { planServers, type ServersPlan } from "./stack-servers";

/** Data directories that catalog servers mount by volume name. */
export const WORKSPACE: SharedVolume = { name: "workspace", path: "workspace" };
export const MEMORY: SharedVolume = { name: "mcp-memory", path: "mcp-memory" };

export interface StackPlan {
  readonly catalog: GatewayCatalog;
  readonly core: CoreServices;
  /** Catalog servers as services, in gatewayMode static. */
  readonly servers: ServersPlan | undefined;
  /** The AI bundle, if it is on. */
  readonly ai: (AiPlan & Pick<StackPlan, "images" | "secrets">) | undefined;
  /** The Dify bundle, if it is on. */
  readonly dify: (DifyPlan & Pick<StackPlan, "images" | "secrets">) | undefined;
  /** Every image of the core that has to be there, each once. */
  readonly images: readonly WantedImage[];
  /** catalogs/images.yaml. */
  readonly lock: ImageLock;
  /** Complete reference of an image of it. @throws ReferenceError */
  readonly reference: (name: string) => string;
  /** For containers that the gateway starts. */
  readonly volumes: readonly SharedVolume[];
  readonly secrets: CoreSecrets;
  /** Labels of every container that the gateway starts. */
  readonly serverLabels: Readonly<Record<string, string>>;
}

export interface PlanResult {
  /** Undefined when there are faults. */
  readonly plan: StackPlan | undefined;
  /** One line each. */
  readonly faults: readonly string[];
}

/** Every image that has to be there, of the core and of the bundles that are on. */
export const plannedImages = ({ images, ai, dify }: Pick<StackPlan, "images" | "ai" | "dify">): WantedImage[] => [
  ...images,
  ...(ai?.images ?? []),
  ...(dify?.images ?? []),
];

const aiServices = ({ services }: NonNullable<StackPlan["ai"]>): ServiceSpec[] => [
  services.webui,
  services.proxy,
  services.llama,
  services.whisper,
];

const difyServices = ({ services: { nginx, web, api, daemon, ...others } }: NonNullable<StackPlan["dify"]>) => [
  ...[nginx, web, api, daemon, others.worker, others.beat],
  ...[others.sandbox, others.ssrfProxy, others.apiProxy, others.postgres, others.redis, others.minio],
];

/** Every service of the plan that goes on running, in the order of the graph, from the ingress inwards. */
export const servicesOf = ({ core, servers, ai, dify }: Pick<StackPlan, "core" | "servers" | "ai" | "dify">) => [
  ...[core.ingress, core.router, core.gateway, core.nixos],
  ...(core.oidc === undefined ? [] : [core.oidc]),
  ...(servers?.specs ?? []),
  ...(ai === undefined ? [] : aiServices(ai)),
  ...(dify === undefined ? [] : difyServices(dify)),
];

/** Networks that are there whatever bundles are on. */
export const coreNetworks = (plan: Pick<StackPlan, "core" | "servers" | "ai" | "dify">): NetworkName[] => [
  ...(["edge", "edge-outside", "mcp", "mcp-outside"] as const),
  ...(servicesOf(plan).some(({ networks }) => networks.includes("outside")) ? (["outside"] as const) : []),
];

/** Every secret of the plan, of the core and of the bundles that are on. */
export function plannedSecrets({ secrets, ai, dify }: Pick<StackPlan, "secrets" | "ai" | "dify">) {
  const parts = [secrets, ...(ai === undefined ? [] : [ai.secrets]), ...(dify === undefined ? [] : [dify.secrets])];
  return {
    generated: parts.flatMap(({ generated }) => generated),
    copied: parts.flatMap(({ copied }) => copied),
  };
}

/** Every container of the plan, those that run once among them. */
export const plannedContainers = (plan: Pick<StackPlan, "core" | "servers" | "ai" | "dify">): ServiceSpec[] => [
  ...(plan.servers === undefined ? [] : [plan.servers.bridge]),
  ...servicesOf(plan),
  ...Object.values(plan.dify?.oneShots ?? {}),
];

/** Who the data directories belong to: whoever runs Pulumi, so that people can put files there. */
export const dataUser = (): string => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

function readSources(root: string): CatalogSources {
  const read = (name: SourceName): string | undefined => readText(path.join(root, SOURCE_FILES[name]));
  return { catalog: read("catalog"), registry: read("registry"), config: read("config"), tools: read("tools") };
}

function references(config: Config, lock: ImageLock): (name: string) => string {
  const { imageSource: source, imageRegistry: registry, imageDigests: digests } = config;
  const settings = { lock, source, registry, digests, buildTag: buildTags(lock) };
  return (name) => imageReference(name, settings);
}

const messageOf = (attempt: () => unknown): string[] => {
  try {
    attempt();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
};

/** The image lock of this checkout as the catalog's checks see it. */
const catalogImages = (lock: ImageLock, reference: StackPlan["reference"]): CatalogImages => ({
  known: (name) => lock[name] !== undefined,
  pinned: (name) => lock[name]?.pull?.reference,
  reference,
});

function readCatalog(config: Config, images: CatalogImages, root: string): CatalogResult {
  return gatewayCatalog({
    sources: readSources(root),
    servers: config.servers,
    images,
    secretNames: userSecretNames(secretSource(config)),
    values: {
      workspaceVolume: resourceName(config, WORKSPACE.name),
      memoryVolume: resourceName(config, MEMORY.name),
      dataUser: dataUser(),
    },
    environment: config.overrides["mcp-gateway"]?.environment ?? {},
    dynamicTools: config.gatewayDynamicTools,
  });
}

/** Images by name, or why one cannot be had. */
function wantedImages(names: readonly string[], reference: StackPlan["reference"]) {
  const unique = [...new Set(names)];
  const faults = unique.flatMap((name) => messageOf(() => reference(name)));
  return { faults, images: faults.length > 0 ? [] : unique.map((name) => ({ name, reference: reference(name) })) };
}

/** Directory of each volume that the catalog names. */
export const dataVolumes = (place: Pick<Config, "project" | "stack">): Record<string, string> =>
  Object.fromEntries([WORKSPACE, MEMORY].map(({ name, path: directory }) => [resourceName(place, name), directory]));

const imagesOf = (services: object): string[] => Object.values(services).map(({ image }: ServiceSpec) => image);

/** The AI bundle of a config that turns it on. */
function planAi(config: Config, root: string, reference: StackPlan["reference"]) {
  if (!config.bundles.includes("ai")) return { plan: undefined, faults: [] };
  const models = parseModels(readText(path.join(root, "catalogs/models.yaml")) ?? "");
  const source = secretSource(config);
  const secretNames = userSecretNames(source);
  const { plan, faults } = aiPlan(config, { models, env: process.env, secretNames, dataUser: dataUser() });
  if (plan === undefined) return { plan, faults };
  const wanted = wantedImages(imagesOf(plan.services), reference);
  const env: CopyPlan = {
    name: SECRETS.providers,
    file: ".env",
    source,
    names: plan.providerSecrets,
  };
  const secrets = { generated: plan.generatedSecrets, copied: [env] };
  return { plan: { ...plan, images: wanted.images, secrets }, faults: wanted.faults };
}

/** The Dify bundle of a config that turns it on. */
function planDify(config: Config, reference: StackPlan["reference"]) {
  if (!config.bundles.includes("dify")) return { plan: undefined, faults: [] };
  const { plan, faults } = difyPlan(config, { dataUser: dataUser() });
  if (plan === undefined) return { plan, faults };
  const wanted = wantedImages([...imagesOf(plan.services), ...imagesOf(plan.oneShots)], reference);
  const secrets = { generated: plan.generatedSecrets, copied: [] };
  return { plan: { ...plan, images: wanted.images, secrets }, faults: wanted.faults };
}

/** Names of the images that a config uses; none while its catalog has faults, which the plan will tell. */
export function usedImages(config: Config, root = PROJECT_ROOT): string[] {
  const lock = readLock();
  // Digests that are not known yet must not matter here.
  const images = catalogImages(lock, (name) => name);
  const { catalog } = readCatalog(config, images, root);
  if (catalog === undefined) return [];
  const core = coreServices(config, { catalog, serverLabels: {}, servers: [] });
  const ai = planAi(config, root, (name) => name).plan?.images ?? [];
  const dify = planDify(config, (name) => name).plan?.images ?? [];
  return [...new Set([...imagesOf(core), ...catalog.images, ...[...ai, ...dify].map(({ name }) => name)])];
}

/**
 * Plans the stack; `naming` stands in for references of images where their digests must not matter. Every fault
 * of catalog, images and models comes back together. @throws LockError for a broken image lock.
 */
export function planStack(config: Config, root = PROJECT_ROOT, naming?: StackPlan["reference"]): PlanResult {
  const lock = readLock();
  const reference = naming ?? references(config, lock);
  const twice = repeatedFaults(secretSource(config));
  const signIn = [...twice, ...credentialFaults(config), ...certificateFaults(config)];
  const stray = strayFaults({ lock, registry: config.imageRegistry, digests: config.imageDigests });
  const ai = planAi(config, root, reference);
  const dify = planDify(config, reference);
  const { catalog, faults } = readCatalog(config, catalogImages(lock, reference), root);
  if (catalog === undefined)
    return { plan: undefined, faults: [...stray, ...signIn, ...faults, ...ai.faults, ...dify.faults] };
  const serverLabels = { ...stackLabels(config), [SERVICE_LABEL]: SERVER };
  const servers = planServers(config, { lock, catalog, dataVolumes: dataVolumes(config), dataUser: dataUser() });
  const core = coreServices(config, { catalog, serverLabels, servers: servers.plan?.specs ?? [] });
  const wanted = wantedImages([...imagesOf(core), ...catalog.images], reference);
  const all = [...stray, ...signIn, ...servers.faults, ...wanted.faults, ...ai.faults, ...dify.faults];
  if (all.length > 0) return { plan: undefined, faults: all };
  const { images } = wanted;
  const secrets = secretsOf(config, catalog.servers);
  // Servers that the stack runs mount the directories themselves.
  const volumes = servers.plan === undefined ? [WORKSPACE, MEMORY] : [];
  const parts = { servers: servers.plan, ai: ai.plan, dify: dify.plan };
  return { plan: { catalog, core, ...parts, images, lock, reference, volumes, secrets, serverLabels }, faults: [] };
}
