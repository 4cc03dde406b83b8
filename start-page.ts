/** The start page of a config: what it says, and a hash of what draws it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Config } from "./config";
import { sha256 } from "./engines/files/layout";
import { referenceParts, type ImageLock } from "./engines/images/lock";
import { PROJECT_ROOT } from "./engines/project-root";
import { pageData, type ImageFacts } from "./services/start-page/data";
import type { PageData } from "./services/start-page/model";
import { topologyOf, type Topology } from "./services/topology";
import { dataVolumes, servicesOf, type StackPlan } from "./stack";

/** The graph of a plan. */
export const planTopology = (config: Config, plan: StackPlan): Topology =>
  topologyOf({
    config,
    services: servicesOf({ ...plan, servers: undefined }),
    servers: plan.catalog.servers.filter(({ enabled }) => enabled),
    running: plan.servers?.specs,
    volumes: dataVolumes(config),
    models: plan.ai === undefined ? [] : Object.values(plan.ai.models),
  });

/** A pulled image has the version of its tag, as long as its digest is the lock's. */
function versionOf(name: string, lock: ImageLock, { imageSource, imageDigests }: Config): string | undefined {
  if (imageSource === "build") return lock[name]?.build?.version;
  const { pull } = lock[name] ?? {};
  if (!pull || imageDigests[name] !== undefined) return undefined;
  return referenceParts(pull.reference)?.tag;
}

function imageFacts(config: Config, { lock, reference }: StackPlan): (name: string) => ImageFacts {
  return (name) => ({
    purpose: lock[name]?.purpose ?? "",
    version: versionOf(name, lock, config),
    reference: reference(name),
  });
}

/** What the page says. */
export function startPageData(config: Config, plan: StackPlan): PageData {
  return pageData({
    config,
    services: servicesOf(plan),
    servers: plan.catalog.servers.filter(({ enabled }) => enabled),
    image: imageFacts(config, plan),
    topology: planTopology(config, plan),
  });
}

/** What draws the page: files of the checkout, and folders of them. */
const DRAWN_BY = ["docker/start-page", "services/start-page", "commands/topology/svg.ts", "commands/start-page.ts"];

function sources(name: string): string[] {
  if (name.endsWith(".ts")) return [name];
  return readdirSync(path.join(PROJECT_ROOT, name))
    .sort()
    .map((file) => `${name}/${file}`);
}

/** Changes when the page looks another way for the same data. */
export const drawnBy = (): string =>
  sha256(
    DRAWN_BY.flatMap(sources)
      .map((file) => `${file}\n${readFileSync(path.join(PROJECT_ROOT, file), "utf8")}`)
      .join("\n"),
  ).slice(0, 16);
