/** The running stack as `backup` finds it. */
import { existsSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../../config";
import { unpause } from "../../engines/backup/pause";
import { writers, type Writer } from "../../engines/backup/data";
import { SERVICE_LABEL } from "../../engines/container-args";
import { readOwner } from "../../engines/files/layout";
import { POSTGRES } from "../../services/dify/postgres";
import type { ServiceSpec } from "../../services/spec";
import { dataVolumes, plannedContainers, planStack } from "../../stack";
import { say } from "../ask";
import { fetchImages } from "../fetch-images";
import { stackContainers } from "../status/observe";
import { upCommand } from "../no-stack";

/** Label of the container by which files are read; its value is the stack. */
export const READER_LABEL = "mcp-stack.backup";

/** @throws Error unless the data directory is there and this stack's, and the archive `file` will not be in it */
export function requireData({ dataDir, project, stack }: Config, file: string): void {
  if (!path.relative(dataDir, file).startsWith(".."))
    throw new Error(`${file} would be in the data directory itself; put it elsewhere: --output PLACE, or backupDir`);
  if (!existsSync(dataDir))
    throw new Error(`there is nothing to back up: dataDir "${dataDir}" is not there; ${upCommand(stack)} makes it`);
  const owner = readOwner(dataDir);
  if (owner !== undefined && (owner.project !== project || owner.stack !== stack))
    throw new Error(
      `dataDir: "${dataDir}" belongs to the stack ${owner.stack} of ${owner.project}; back it up by that name: npm run backup -- --stack ${owner.stack}`,
    );
}

/** Directories below the data directory by each planned service's mounts. */
function dataTargets(config: Config): Record<string, Record<string, string>> {
  const { plan } = planStack(config, undefined, (name) => name);
  const specs = plan === undefined ? [] : plannedContainers(plan);
  const ofMounts = ({ mounts }: ServiceSpec) =>
    mounts.flatMap((mount) => (mount.kind === "data" ? [[mount.target, mount.path] as const] : []));
  return Object.fromEntries(specs.map((spec) => [spec.name, Object.fromEntries(ofMounts(spec))]));
}

/** @throws Error when a database runs that would be copied while it writes, in place of being dumped */
function requireDatabase(
  containers: readonly Docker.ContainerInfo[],
  found: readonly Writer[],
  { dataDir, stack }: Config,
): void {
  const runs = containers.some(({ Labels, State }) => Labels[SERVICE_LABEL] === POSTGRES && State === "running");
  if (!runs || found.some(({ service }) => service === POSTGRES)) return;
  throw new Error(
    `${POSTGRES} runs, and the engine does not say that its data is in dataDir "${dataDir}", so it cannot be told how to save it. ` +
      `Make it as the config says, and try again: ${upCommand(stack)}`,
  );
}

/** Containers with data; those that a killed backup left standing still go on first. */
export async function findWriters(docker: Docker, config: Config): Promise<Writer[]> {
  const place = { dataDir: config.dataDir, volumes: dataVolumes(config), targets: dataTargets(config) };
  const containers = await stackContainers(docker, config);
  const found = writers(containers, place);
  requireDatabase(containers, found, config);
  for (const { id, service } of found.filter(({ paused }) => paused)) {
    await unpause(docker, id);
    say(`${service}: stood still since a backup that was cut off; it goes on now`);
  }
  const filters = { label: [`${READER_LABEL}=${config.stack}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true });
  return found;
}

/** An image that the engine has, for a container that is never started. */
export async function anyImage(docker: Docker, config: Config): Promise<string> {
  const [container] = await stackContainers(docker, config);
  if (container !== undefined) return container.ImageID;
  const { plan, faults } = planStack(config);
  if (plan === undefined) throw new Error(`the config has faults:\n  ${faults.join("\n  ")}`);
  const { image: name } = plan.core.gateway;
  const reference = plan.reference(name);
  await fetchImages(config, docker, [{ name, reference }]);
  return reference;
}
