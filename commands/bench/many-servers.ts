/**
 * A stack with more servers than its catalog has images for: copies of one, in the checkout's catalog and lock, under names of
 * their own. All is put back afterwards; after a kill, `git checkout` and `git clean` do it.
 */
import { rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { builtReference } from "../../engines/images/build";
import { CONTEXTS } from "../../engines/images/hash";
import { LOCK_FILE, readLock } from "../../engines/images/lock";
import { PROJECT_ROOT } from "../../engines/project-root";
import { SOURCE_FILES } from "../../services/catalog/model";
import { changeable, changeableConfig, type Section } from "./changeable";
import type { Context } from "./context";

/** Servers that can be built everywhere; `time` is in each selection, because it is what calls go to. */
const SERVERS = ["time", "memory", "sequentialthinking", "filesystem", "git", "fetch", "everything"];
const COPIED = "mcp-time";

/** Beyond those: copies of `time`. The gateway refuses tools of one name, so each copy puts its own before them. */
export const serverNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => SERVERS[index] ?? `time-${index + 1}`);

const imageOf = (server: string): string => `mcp-${server}`;
const contextDirectory = (server: string): string => path.join(CONTEXTS, imageOf(server));

type Place = Pick<Context, "docker" | "config" | "workspace">;

/** The image of a copy. Names do not count for the hash of its content, so it is that of the one copied. */
const referenceOf = (server: string): string => builtReference(readLock(), COPIED).replace(COPIED, imageOf(server));

/** Names the image again, so that nothing is built. */
async function addCopy({ docker, config }: Place, server: string): Promise<void> {
  rmSync(contextDirectory(server), { force: true });
  symlinkSync(COPIED, contextDirectory(server));
  if (config.imageSource !== "build") return;
  const [repo = "", tag = ""] = referenceOf(server).split(":");
  await docker.getImage(builtReference(readLock(), COPIED)).tag({ repo, tag });
}

async function removeCopy({ docker, config }: Place, server: string): Promise<void> {
  rmSync(contextDirectory(server), { force: true });
  // There are other names of it, so this takes only the name away.
  if (config.imageSource === "build")
    await docker
      .getImage(referenceOf(server))
      .remove()
      .catch(() => undefined);
}

/** The stack's config, the catalog and the lock of images, with so many servers, until `restore`. The stack was up before. */
export function manyServers(place: Place) {
  const config = changeableConfig(place.workspace.stack);
  const catalog = changeable(path.join(PROJECT_ROOT, SOURCE_FILES.catalog));
  const registry = changeable(path.join(PROJECT_ROOT, SOURCE_FILES.registry));
  const lock = changeable(LOCK_FILE);
  const made = new Set<string>();
  const configure = async (gatewayMode: "static" | "socket", count: number): Promise<void> => {
    const servers = serverNames(count);
    config.set({ gatewayMode, servers: servers.join() });
    const copies = servers.filter((name) => !SERVERS.includes(name));
    const each = (of: (name: string) => unknown): Section => Object.fromEntries(copies.map((name) => [name, of(name)]));
    catalog.change("registry", ({ time }) => each((prefix) => ({ ...(time as Section), prefix })));
    registry.change("registry", ({ time }) => each(() => time));
    lock.change("images", ({ [COPIED]: image }) => Object.fromEntries(copies.map((name) => [imageOf(name), image])));
    for (const name of copies.filter((copy) => !made.has(copy))) {
      made.add(name);
      await addCopy(place, name);
    }
  };
  const restore = async (): Promise<void> => {
    for (const file of [config, lock, catalog, registry]) file.restore();
    for (const name of made) await removeCopy(place, name);
  };
  return { configure, restore };
}

export type ManyServers = ReturnType<typeof manyServers>;
