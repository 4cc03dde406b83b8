/** What every benchmark works with: the stack, its engine, and the ways in. */
import type Docker from "dockerode";
import type { Config } from "../../config";
import { SERVICE_LABEL } from "../../engines/container-args";
import type { Sample } from "../../engines/cgroup";
import { connect } from "../../engines/images/engine";
import { engineReader, type ReadEngine } from "../../engines/read";
import { findEngine } from "../../prepare";
import { coreEndpoints } from "../../services/endpoints";
import { say } from "../ask";
import { waitHealthy } from "../mcp-restart";
import { signInHeaders } from "../sign-in";
import { readConfig } from "../stack-config";
import { sampleOf, stackContainers } from "../status/observe";
import { transportTrust } from "../trust";
import { openWorkspace, type Workspace } from "../workspace";
import { quietPulumi } from "./pulumi";
import { throwIfInterrupted } from "./interrupt";
import type { Target } from "./requests";

export interface Context {
  readonly config: Config;
  readonly workspace: Workspace;
  readonly docker: Docker;
  readonly read: ReadEngine;
  /** Repetitions; measures that take long do fewer. */
  readonly rounds: number;
  /** The MCP endpoint at the ingress. */
  readonly target: Target;
  /** Says what is done next. @throws Error when the user wants it to end, so that everything is put back */
  readonly say: (line: string) => void;
}

/** @throws Error when there is no such stack or engine */
export async function openContext(stack: string, rounds: number): Promise<Context> {
  const config = readConfig(stack);
  const { host } = await findEngine(config);
  return {
    config,
    workspace: await openWorkspace(stack),
    docker: connect(host),
    read: engineReader(host),
    rounds,
    target: {
      url: coreEndpoints(config)[0]?.url ?? "",
      headers: signInHeaders(config),
      trust: transportTrust(config),
    },
    say: (line) => {
      throwIfInterrupted();
      say(`bench: ${line}`);
    },
  };
}

export const up = ({ workspace }: Pick<Context, "workspace">): Promise<void> =>
  quietPulumi(workspace, "up", "--yes", "--skip-preview");

export const down = ({ workspace }: Pick<Context, "workspace">): Promise<void> =>
  quietPulumi(workspace, "destroy", "--yes", "--skip-preview");

/**
 * What a measure that changes the stack finds; afterwards the stack is put back in any case.
 *
 * @throws Error when the measure fails, with its message first, or when the stack cannot be put back
 */
export async function puttingBack<T>(measure: () => Promise<T>, back: () => Promise<void>): Promise<T> {
  let found: { readonly value: T } | { readonly failed: Error };
  try {
    found = { value: await measure() };
  } catch (error) {
    found = { failed: error as Error };
  }
  try {
    await back();
  } catch (error) {
    const before = "failed" in found ? `${found.failed.message}\n` : "";
    throw new Error(`${before}the stack is not as it was; npm run up: ${(error as Error).message}`, { cause: error });
  }
  if ("failed" in found) throw found.failed;
  return found.value;
}

/** A container that runs, by its service. */
export interface Running {
  readonly service: string;
  readonly id: string;
}

export async function runningServices({ docker, config }: Pick<Context, "docker" | "config">): Promise<Running[]> {
  const containers = (await stackContainers(docker, config)).filter(({ State }) => State === "running");
  return containers
    .map(({ Id, Labels }) => ({ service: Labels[SERVICE_LABEL] ?? "", id: Id }))
    .sort((a, b) => a.service.localeCompare(b.service, "en"));
}

const NO_CATALOG_SERVERS = ["mcp-router", "mcp-nixos-http"];

/** Whether it is the gateway or a catalog server. */
export const isGatewaySide = ({ service }: Running): boolean =>
  service.startsWith("mcp-") && !NO_CATALOG_SERVERS.includes(service);

/** What each uses at this moment. @throws Error naming one that has ended */
export async function samples({ read, docker }: Context, services: readonly Running[]): Promise<Sample[]> {
  return Promise.all(
    services.map(async ({ service, id }) => {
      const sample = await sampleOf(read, await docker.getContainer(id).inspect());
      if (sample === undefined) throw new Error(`${service} has ended; why: npm run mcp-logs -- ${service}`);
      return sample;
    }),
  );
}

/** MiB of the gateway and the catalog servers, without the page cache. */
export async function gatewayMemory(context: Context): Promise<number> {
  const found = await samples(context, (await runningServices(context)).filter(isGatewaySide));
  return found.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / 2 ** 20;
}

/** Longest time that a service may take to get well, in seconds. */
const WELL_SECONDS = 180;

/** Waits until they are healthy. @throws Error with the end of the log of one that is not */
export async function healthy({ docker }: Pick<Context, "docker">, services: readonly Running[]): Promise<void> {
  const wait = { seconds: WELL_SECONDS, url: undefined, say: () => undefined };
  await Promise.all(services.map(({ id, service }) => waitHealthy(docker, id, service, wait)));
}
