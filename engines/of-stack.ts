/** What an engine has of a stack, found by its labels: the only trace that is left when the state is lost. */
import type Docker from "dockerode";
import { labelFilter, SERVICE_LABEL, stackLabels, type Placement } from "./container-args";

/** Containers go first: networks and volumes cannot go while one uses them. */
export const KINDS = ["container", "network", "volume"] as const;

/** What SERVICE_LABEL says of containers that the gateway started. */
export const SERVER = "mcp-server";

/** One thing in the engine. Volumes have no id but their name. */
export interface Thing {
  readonly kind: (typeof KINDS)[number];
  readonly id: string;
  readonly name: string;
  /** The gateway started it, so no state knows it. */
  readonly isServer?: true;
}

/** What is asked of the engine. */
export type Finder = Pick<Docker, "listContainers" | "listNetworks" | "listVolumes">;

/** In the engine's words. */
export interface OfStack {
  readonly containers: readonly Docker.ContainerInfo[];
  readonly networks: readonly Docker.NetworkInspectInfo[];
  readonly volumes: readonly Docker.VolumeInspectInfo[];
}

/** Asks for everything of a stack, also stopped containers and servers that the gateway started. */
export async function listOfStack(docker: Finder, owner: Pick<Placement, "project" | "stack">): Promise<OfStack> {
  const filters = { label: labelFilter(stackLabels(owner)) };
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }) as Promise<{ readonly Volumes: Docker.VolumeInspectInfo[] | null }>,
  ]);
  // Engines have no list where there is none.
  return { containers, networks, volumes: Volumes ?? [] };
}

/** A volume that is only a name for a directory of the host; any other holds its data itself. */
const isName = ({ Options }: { readonly Options: Readonly<Record<string, string>> | null }): boolean =>
  Options?.["o"]?.split(",").includes("bind") ?? false;

const containerOf = ({ Id, Names, Labels }: Docker.ContainerInfo): Thing => ({
  kind: "container",
  id: Id,
  name: Names[0]?.slice(1) ?? Id,
  ...(Labels[SERVICE_LABEL] === SERVER ? { isServer: true } : {}),
});

/**
 * Everything of a stack that can be made again, in the order in which it can be removed: containers, networks, and volumes
 * without data of their own.
 */
export async function findOfStack(docker: Finder, owner: Pick<Placement, "project" | "stack">): Promise<Thing[]> {
  const { containers, networks, volumes } = await listOfStack(docker, owner);
  return [
    ...containers.map(containerOf),
    ...networks.map(({ Id, Name }) => ({ kind: "network" as const, id: Id, name: Name })),
    ...volumes.filter(isName).map(({ Name }) => ({ kind: "volume" as const, id: Name, name: Name })),
  ];
}

/** "container NAME". */
export const inWords = ({ kind, name }: Thing): string => `${kind} ${name}`;

const removal = (docker: Docker, { kind, id }: Thing): Promise<unknown> => {
  if (kind === "container") return docker.getContainer(id).remove({ force: true, v: true });
  return kind === "network" ? docker.getNetwork(id).remove() : docker.getVolume(id).remove();
};

/** Removes it; harmless when it has gone by itself, as `--rm` containers do. @throws Error with its name */
export async function removeThing(docker: Docker, thing: Thing): Promise<void> {
  try {
    await removal(docker, thing);
  } catch (error) {
    // 404: it is gone. 409 for a container: its removal is under way.
    const { statusCode, message } = error as { statusCode?: number; message: string };
    if (statusCode === 404 || (statusCode === 409 && message.includes("already in progress"))) return;
    throw new Error(`the ${inWords(thing)} cannot be removed: ${message}`, { cause: error });
  }
}
