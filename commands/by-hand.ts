/**
 * What somebody changed behind Pulumi's back: containers, networks and volumes that are gone, containers that were stopped or
 * taken off a network. A plain update believes its state; this tells it where to look (--refresh), and what a look does not
 * find out, because the provider reads neither back (--replace).
 */
import type Docker from "dockerode";
import { labelFilter, stackLabels } from "../engines/container-args";
import { listVolumes, type Finder } from "../engines/of-stack";
import { PROJECT } from "./stack-config";
import type { Deployment, Resource } from "./state";

/** What an engine has of a stack. */
export interface Present {
  readonly containers: readonly Pick<Docker.ContainerInfo, "Id" | "State" | "NetworkSettings">[];
  readonly networks: readonly Pick<Docker.NetworkInspectInfo, "Id" | "Name">[];
  readonly volumes: readonly Pick<Docker.VolumeInspectInfo, "Name">[];
}

/** What an update has to do beside what it would do anyway. */
export interface ByHand {
  /** Whether something is gone. */
  readonly refresh: boolean;
  /** URNs of containers that have to be made anew. */
  readonly replace: readonly string[];
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
    return id === undefined || joined[name]?.NetworkID !== id;
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
    refresh: gone.length > 0,
    replace: unlike.flatMap(({ resource }) => resource.urn ?? []),
    lines: [
      ...gone.map((resource) => `${nameOf(resource)} is gone`),
      ...unlike.map(({ resource, fault }) => `${nameOf(resource)} ${fault}`),
    ],
  };
}

/** Asks the engine what there is. */
export async function presentOf(docker: Finder, stack: string): Promise<Present> {
  const filters = { label: labelFilter(stackLabels({ project: PROJECT, stack })) };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    listVolumes(docker, filters),
  ]);
  return { containers, networks, volumes };
}
