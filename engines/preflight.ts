/** What has to hold on this machine before anything is created: the data is this stack's, and ports are free. */
import net from "node:net";
import type Docker from "dockerode";
import type { PublishedPort, ServiceSpec } from "../services/spec";
import { ownerFile, readOwner, type Owner } from "./files/layout";
import { listeningProcess } from "./listening-process";

/** A published port and the config key that chooses it. */
export interface WantedPort extends PublishedPort {
  readonly key: string;
}

/** The ports of a service; `keys` names the config key of a host port, where it is not an override. */
export const wantedPorts = (spec: ServiceSpec, keys: Readonly<Record<number, string>>): WantedPort[] =>
  spec.ports.map((port) => ({ ...port, key: keys[port.host] ?? `overrides.${spec.name}.hostPort` }));

/** Why `dataDir` must not be used by this stack; none: it is new, or its own. @throws Error when its mark is damaged. */
export function ownerFaults(dataDir: string, owner: Owner): string[] {
  const found = readOwner(dataDir);
  if (found === undefined) return [];
  if (found.project !== owner.project || found.stack !== owner.stack) {
    return [
      `dataDir: "${dataDir}" belongs to the stack ${found.stack} of ${found.project}, and two stacks must not share data; ` +
        `set another: pulumi config set dataDir .data-${owner.stack}`,
    ];
  }
  if (found.engine === owner.engine) return [];
  return [
    `dataDir: "${dataDir}" was last used with another container engine (${found.engine}; now ${owner.engine}), where ` +
      "containers of this stack may still run on it. Set containerSocket to that engine, or dataDir to a new directory; " +
      `if that engine is gone, remove ${ownerFile(dataDir)} and try again`,
  ];
}

const overlaps = (a: string, b: string): boolean => a === b || [a, b].some((ip) => ip === "0.0.0.0" || ip === "::");

/** Who on the engine publishes the port: "own" for a container of this stack, its description for another. */
function publisher(
  containers: readonly Docker.ContainerInfo[],
  port: WantedPort,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const found = containers.find(({ Ports }) =>
    Ports.some(({ PublicPort, IP }) => PublicPort === port.host && overlaps(IP ?? "0.0.0.0", port.address)),
  );
  if (found === undefined) return undefined;
  if (Object.entries(labels).every(([label, value]) => found.Labels[label] === value)) return "own";
  return `the container ${found.Names[0]?.slice(1)} (image ${found.Image})`;
}

/** The error code of an attempt to listen; undefined when it worked. */
const listenError = (port: PublishedPort): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port: port.host, host: port.address, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });

async function portFault(
  port: WantedPort,
  containers: readonly Docker.ContainerInfo[],
  labels: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const holder = publisher(containers, port, labels);
  if (holder === "own") return undefined;
  const error = await listenError(port);
  if (error === "EADDRNOTAVAIL") {
    return `bindAddress: "${port.address}" is no address of this machine; set 127.0.0.1, 0.0.0.0 or one that "ip address" shows`;
  }
  // Other errors, such as a low port without root, are no obstacle for the engine.
  if (holder === undefined && error !== "EADDRINUSE") return undefined;
  const by = holder ?? listeningProcess(port.host) ?? "another process";
  return `${port.key}: port ${port.host} on ${port.address} is taken by ${by}; stop it, or choose another port: pulumi config set ${pathArgument(port.key)} PORT`;
}

const pathArgument = (key: string): string => (key.includes(".") ? `--path ${key}` : key);

/** One line for each port that something else holds. `labels` tell the containers of this stack. */
export async function portFaults(
  docker: Pick<Docker, "listContainers">,
  ports: readonly WantedPort[],
  labels: Readonly<Record<string, string>>,
): Promise<string[]> {
  const containers = await docker.listContainers();
  const faults = await Promise.all(ports.map((port) => portFault(port, containers, labels)));
  return faults.filter((fault) => fault !== undefined);
}
