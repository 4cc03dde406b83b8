/**
 * What somebody changed behind Pulumi's back: containers, networks and volumes that are gone, containers that were stopped or
 * taken off a network. A plain update believes its state, and a look (--refresh) finds out only what is gone: the provider reads
 * neither networks nor a stop back. So those containers are removed first. Pulumi's own --replace would make the new one before
 * it removes the old one, whose name is taken.
 */
import type Docker from "dockerode";
import { listOfStack, removeThing } from "../engines/of-stack";
import { PROJECT } from "./stack-config";
import { quickState, type Deployment, type Resource } from "./state";
import type { Workspace } from "./workspace";

/** What an engine has of a stack. */
export interface Present {
  readonly containers: readonly Pick<Docker.ContainerInfo, "Id" | "State" | "NetworkSettings">[];
  readonly networks: readonly Pick<Docker.NetworkInspectInfo, "Id" | "Name">[];
  readonly volumes: readonly Pick<Docker.VolumeInspectInfo, "Name">[];
}

/** What an update has to do beside what it would do anyway: with any of it, a look. */
export interface ByHand {
  /** Ids of containers that have to go before. */
  readonly remove: readonly string[];
  /** One line for each difference. */
  readonly lines: readonly string[];
}

const TYPES = {
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
} as const;
/** Not "restarting": the engine tries. */
const STOPPED = ["created", "exited", "dead", "paused"];

const nameOf = ({ id, inputs }: Resource): string => (typeof inputs?.name === "string" ? inputs.name : String(id));
const networksOf = ({ inputs }: Resource): string[] =>
  ((inputs?.networksAdvanced ?? []) as readonly { readonly name?: unknown }[]).flatMap(({ name }) =>
    typeof name === "string" ? [name] : [],
  );

/** Why a container that exists is not as it was made; undefined: it is. */
function faultOf(resource: Resource, container: Present["containers"][number], present: Present): string | undefined {
  if (STOPPED.includes(container.State)) return `is ${container.State}`;
  const joined = container.NetworkSettings?.Networks ?? {};
  const off = networksOf(resource).filter((name) => {
    const id = present.networks.find((network) => network.Name === name)?.Id;
    const network = joined[name]?.NetworkID;
    // Podman 4.3.1 tells a network's name in the place of its id.
    return id === undefined || network === undefined || ![id, name].includes(network);
  });
  return off.length === 0 ? undefined : `is not on ${off.join(", ")}`;
}

/** Compares a state with what there is. */
export function changedByHand({ resources = [] }: Deployment, present: Present): ByHand {
  const of = (type: string): Resource[] =>
    resources.filter((one) => one.type === type && one.id !== undefined && !one.delete);
  const containers = new Map(present.containers.map((container) => [container.Id, container]));
  const networks = new Set(present.networks.map(({ Id }) => Id));
  const volumes = new Set(present.volumes.map(({ Name }) => Name));
  const gone = [
    ...of(TYPES.container).filter(({ id = "" }) => !containers.has(id)),
    ...of(TYPES.network).filter(({ id = "" }) => !networks.has(id)),
    ...of(TYPES.volume).filter(({ id = "" }) => !volumes.has(id)),
  ];
  const unlike = of(TYPES.container).flatMap((resource) => {
    const container = containers.get(resource.id ?? "");
    const fault = container && faultOf(resource, container, present);
    return fault === undefined ? [] : [{ resource, fault }];
  });
  return {
    remove: unlike.flatMap(({ resource }) => resource.id ?? []),
    lines: [
      ...gone.map((resource) => `${nameOf(resource)} is gone`),
      ...unlike.map(({ resource, fault }) => `${nameOf(resource)} ${fault}`),
    ],
  };
}

/** Ends a container as its service wants to be ended, and removes it: a database writes what it has in memory. */
async function removeGently(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  const { State } = await container.inspect();
  if (State.Paused) await container.unpause();
  if (State.Running) await container.stop();
  await removeThing(docker, { kind: "container", id, name: id });
}

/** Makes place for what was changed by hand. Gives whether the update has to look. */
export async function settleByHand(
  workspace: Workspace,
  docker: Docker,
  say: (line: string) => void,
): Promise<boolean> {
  const present = await listOfStack(docker, { project: PROJECT, stack: workspace.stack });
  const found = changedByHand(await quickState(workspace), present);
  for (const line of found.lines) say(`state: ${line}; it is made anew`);
  for (const id of found.remove) await removeGently(docker, id);
  return found.lines.length > 0;
}
