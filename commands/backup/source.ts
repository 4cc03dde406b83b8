/** The running stack as `backup` finds it. */
import { existsSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../../config";
import { unpause } from "../../engines/backup/pause";
import { writers, type Writer } from "../../engines/backup/data";
import { readOwner } from "../../engines/files/layout";
import { dataVolumes, planStack } from "../../stack";
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

/** Containers with data; those that a killed backup left standing still go on first. */
export async function findWriters(docker: Docker, config: Config): Promise<Writer[]> {
  const place = { dataDir: config.dataDir, volumes: dataVolumes(config) };
  const found = writers(await stackContainers(docker, config), place);
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
