/** What an engine knows about the containers of a stack, in as few calls as possible. */
import http from "node:http";
import https from "node:https";
import type Docker from "dockerode";
import { readSample, type Sample } from "../../engines/cgroup";
import { labelFilter, stackLabels } from "../../engines/container-args";
import type { ReadEngine } from "../../engines/read";
import type { Found } from "./drift";

export interface Usage {
  /** Of one core, in percent. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

export interface Observed extends Found {
  readonly usage: Usage | undefined;
}

/** Longest wait for the engine's own figures, in milliseconds: Docker reads once a second. */
const STATS_MS = 2_500;
/** Time between the two readings of a first look, in milliseconds: short, since somebody waits. */
const PAUSE_MS = 150;

/** The engine counts the page cache, which it gives back: `docker stats` leaves it out in the same way. */
export function memoryOf({ memory_stats: memory }: Docker.ContainerStats): number {
  const stats = (memory.stats ?? {}) as unknown as Record<string, number>;
  return Math.max(0, (memory.usage ?? 0) - (stats.total_inactive_file ?? stats.inactive_file ?? 0));
}

/** Undefined for a container that has just ended. */
async function askSample(read: ReadEngine, id: string): Promise<Sample | undefined> {
  try {
    // One reading: for a share of the processor engines would wait for a second one.
    const limit = AbortSignal.timeout(STATS_MS);
    const stats = await read<Docker.ContainerStats>(`/containers/${id}/stats?stream=false&one-shot=true`, limit);
    const { total_usage: cpuNanoseconds } = stats.cpu_stats.cpu_usage;
    return { at: Date.parse(stats.read), cpuNanoseconds, memoryBytes: memoryOf(stats) };
  } catch {
    return undefined;
  }
}

/** What a container uses now: from the kernel where that can be read, else from the engine; undefined: it has ended. */
export const sampleOf = async (
  read: ReadEngine,
  { Id, State }: Pick<Docker.ContainerInspectInfo, "Id" | "State">,
): Promise<Sample | undefined> => readSample(Id, State.Pid) ?? (await askSample(read, Id));

/** Percent of one core between two samples. */
export function usageBetween(first: Sample, last: Sample): Usage {
  const nanoseconds = Math.max(1, last.at - first.at) * 1e6;
  const cpuPercent = Math.max(0, ((last.cpuNanoseconds - first.cpuNanoseconds) / nanoseconds) * 100);
  return { cpuPercent: Math.round(cpuPercent * 10) / 10, memoryBytes: last.memoryBytes };
}

/** From the kernel between two readings, or from the engine since the last look or the container's start. */
async function usageOf(read: ReadEngine, container: Docker.ContainerInspectInfo, samples: Map<string, Sample>) {
  const { Id, State } = container;
  const before = samples.get(Id) ?? readSample(Id, State.Pid);
  if (before !== undefined && !samples.has(Id)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const now = await sampleOf(read, container);
  if (now === undefined) return undefined;
  samples.set(Id, now);
  return usageBetween(before ?? { at: Date.parse(State.StartedAt), cpuNanoseconds: 0, memoryBytes: 0 }, now);
}

async function inspected(read: ReadEngine, id: string): Promise<Found> {
  const container = await read<Docker.ContainerInspectInfo>(`/containers/${id}/json`);
  // The image may have been removed by force.
  const image = await read<Docker.ImageInspectInfo>(`/images/${container.Image}/json`).catch(() => undefined);
  const { Config: config } = image ?? {};
  return { container, image: { environment: config?.Env ?? [], labels: config?.Labels ?? {} } };
}

/** Every container of the stack, also stopped ones. */
export function stackContainers(
  docker: Docker,
  stack: { readonly project: string; readonly stack: string },
): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: labelFilter(stackLabels(stack)) } });
}

async function observeOne(read: ReadEngine, { Id }: Docker.ContainerInfo, samples: Map<string, Sample>) {
  const found = await inspected(read, Id);
  const { container } = found;
  const usage = container.State.Running ? await usageOf(read, container, samples) : undefined;
  return [container.Name.slice(1), { ...found, usage }] as const;
}

/** The same without a client library. */
export function readContainers(
  read: ReadEngine,
  stack: { readonly project: string; readonly stack: string },
): Promise<Docker.ContainerInfo[]> {
  const filters = JSON.stringify({ label: labelFilter(stackLabels(stack)) });
  return read<Docker.ContainerInfo[]>(`/containers/json?all=true&filters=${encodeURIComponent(filters)}`);
}

/** State and use of these containers, by their name. `samples`, by id, are those of the last look; they are replaced. */
export const observe = async (
  read: ReadEngine,
  containers: readonly Docker.ContainerInfo[],
  samples = new Map<string, Sample>(),
): Promise<Map<string, Observed>> =>
  new Map(await Promise.all(containers.map((container) => observeOne(read, container, samples))));

/** Longest wait for an answer through the ingress, in milliseconds: a busy machine is no unhealthy one. */
const ANSWER_MS = 3_000;

/**
 * Whether a service without a health check answers through the ingress: any answer below 500 comes from the service
 * itself, 502 to 504 from the router in its place. Undefined: this machine may not ask (allowedSources, or its token is
 * not known). `ca` are authorities to trust in place of Node's own.
 */
export function answers(
  url: string,
  headers: Readonly<Record<string, string>>,
  ca: readonly string[] | undefined,
): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const options = { agent: false, timeout: ANSWER_MS, headers, ...(ca === undefined ? {} : { ca: [...ca] }) };
    const get = url.startsWith("https:") ? https.get : http.get;
    const request = get(url, options, (response) => {
      const status = response.statusCode ?? 500;
      response.destroy();
      resolve(status === 401 || status === 403 ? undefined : status < 500);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", () => resolve(false));
  });
}
