/** `npm run mcp-down -- --purge`: deletes what `down` keeps. Nothing is deleted that is not surely this stack's. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import type { Config } from "../config";
import { UNLABELLED } from "../engines/container-args";
import { readOwner } from "../engines/files/layout";
import { PROJECT_ROOT } from "../engines/project-root";

/** Whether `inner` is `outer` or lies below it. */
const isInside = (inner: string, outer: string): boolean => {
  const way = path.relative(outer, inner);
  return way === "" || (!way.startsWith("..") && !path.isAbsolute(way));
};

/** Why the data directory must not be deleted; undefined: it may. A missing one may. */
export function purgeFault({ dataDir, project, stack }: Config): string | undefined {
  if (!fs.existsSync(dataDir)) return undefined;
  const holder = [os.homedir(), PROJECT_ROOT].find((place) =>
    isInside(fs.realpathSync(place), fs.realpathSync(dataDir)),
  );
  if (holder !== undefined) return `dataDir: "${dataDir}" holds ${holder}; delete by hand what you do not need`;
  const owner = readOwner(dataDir);
  if (owner?.project === project && owner.stack === stack) return undefined;
  const whose =
    owner === undefined ? "has no mark of an owner" : `belongs to the stack ${owner.stack} of ${owner.project}`;
  return `dataDir: "${dataDir}" ${whose}, so it is not deleted; delete it by hand if you know that nobody needs it`;
}

/** What the question shows. */
export function purgeSummary({ stack, dataDir }: Config, images: readonly string[]): string {
  const entries = fs.existsSync(dataDir) ? fs.readdirSync(dataDir).sort() : [];
  return [
    `This deletes for good, of the stack ${stack}:`,
    `  ${dataDir}: ${entries.length > 0 ? entries.join(", ") : "(nothing there)"}`,
    ...(images.length > 0 ? [`  images that no other container uses: ${images.join(", ")}`] : []),
  ].join("\n");
}

/** As root in a container: services own files that the user may not delete. */
async function deleteInContainer(docker: Docker, image: string, dataDir: string): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["/bin/sh", "-c", "find /purge -mindepth 1 -delete"],
    Cmd: [],
    User: "0:0",
    HostConfig: {
      NetworkMode: "none",
      // Where SELinux is on, it would not get at files of the host; elsewhere it says nothing.
      SecurityOpt: UNLABELLED,
      Mounts: [{ Type: "bind", Source: dataDir, Target: "/purge" }],
    },
  });
  try {
    await container.start();
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    if (code !== 0)
      throw new Error(`a container could not delete ${dataDir} (exit code ${code}); run: sudo rm -r ${dataDir}`);
  } finally {
    await container.remove({ force: true });
  }
}

/** Deletes the data directory; `image` is one with a shell, for files that belong to containers. */
export async function deleteData(docker: Docker, dataDir: string, image: string): Promise<void> {
  const remove = (): void => fs.rmSync(dataDir, { recursive: true, force: true });
  try {
    remove();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    await deleteInContainer(docker, image, dataDir);
    remove();
  }
}

/** Deletes images; those that a container still uses stay. Gives the names of both. */
export async function deleteImages(docker: Docker, references: readonly string[]) {
  const [deleted, kept]: [string[], string[]] = [[], []];
  for (const reference of references) {
    try {
      await docker.getImage(reference).remove();
      deleted.push(reference);
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      // 404: not there. 409: a container uses it.
      if (statusCode === 409) kept.push(reference);
      else if (statusCode !== 404) throw error;
    }
  }
  return { deleted, kept };
}
