/** A backup before an update that replaces the image of a service with data: newer programs change what older ones cannot read. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../../config";
import { SERVICE_LABEL } from "../../engines/container-args";
import type { ServiceSpec } from "../../services/spec";
import { servicesOf, type StackPlan } from "../../stack";
import { say } from "../ask";
import { stackContainers } from "../status/observe";
import type { Workspace } from "../workspace";
import { leftOut } from "./contents";
import { makeBackup } from "./make";
import { archiveName, keyFile, KEPT, outdated } from "./places";

/** A service whose container has another image than the plan. */
export interface Change {
  readonly service: string;
  readonly from: string;
  readonly to: string;
}

/** Whether a service writes data that an archive has. */
const hasData = ({ mounts }: ServiceSpec, without: readonly string[]): boolean =>
  mounts.some((mount) => mount.kind === "data" && mount.readOnly !== true && !without.includes(mount.path));

function withData(plan: StackPlan): ServiceSpec[] {
  const without = Object.keys(leftOut("/", false, false));
  return servicesOf(plan).filter((spec) => hasData(spec, without));
}

/** Services with data that an update would start from another image: pure. @param images of containers, by service */
export const changedImages = (plan: StackPlan, images: ReadonlyMap<string, string>): Change[] =>
  withData(plan).flatMap(({ name, image }) => {
    const [from, to] = [images.get(name), plan.reference(image)];
    return from === undefined || from === to ? [] : [{ service: name, from, to }];
  });

/** What containers of services were made from: as it was named then, not as the engine names it now. */
async function imagesOf(
  docker: Docker,
  config: Config,
  services: readonly ServiceSpec[],
): Promise<Map<string, string>> {
  const all = await stackContainers(docker, config);
  const containers = all.filter(({ Labels }) => services.some(({ name }) => name === Labels[SERVICE_LABEL]));
  const named = containers.map(async ({ Id, Labels }) => {
    const { Config: made } = await docker.getContainer(Id).inspect();
    // Podman writes it before the names of images that no registry has.
    return [Labels[SERVICE_LABEL] ?? "", made.Image.replace(/^localhost\//, "")] as const;
  });
  return new Map(await Promise.all(named));
}

export interface Update {
  readonly docker: Docker;
  readonly config: Config;
  readonly workspace: Workspace;
  readonly plan: StackPlan;
}

/** Makes one when it is due, and removes the oldest of those that were made so. @throws Error when it fails: do not update then */
export async function backupBeforeUp({ docker, config, workspace, plan }: Update): Promise<void> {
  const changes = changedImages(plan, await imagesOf(docker, config, withData(plan)));
  if (changes.length === 0 || !existsSync(config.dataDir)) return;
  for (const { service, from, to } of changes) say(`${service} has data, and its image changes: ${from} → ${to}`);
  say("so a backup is made first (without: npm run up -- --no-backup)");
  const { backupDir, stack } = config;
  const time = new Date();
  const file = path.join(backupDir, archiveName(stack, time, true));
  const key = keyFile(undefined, process.env);
  try {
    await makeBackup({ docker, config, workspace, keyFile: key, file, time, withModels: false });
  } catch (error) {
    throw new Error(
      `The backup failed, so nothing was updated: ${(error as Error).message}\nTo update without one: npm run up -- --no-backup`,
      { cause: error },
    );
  }
  for (const name of outdated(readdirSync(backupDir), stack)) rmSync(path.join(backupDir, name));
  say(`backup: ${file} (the last ${KEPT} of these are kept; npm run restore reads them)`);
}
