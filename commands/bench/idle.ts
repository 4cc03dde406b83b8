/**
 * What the stack costs while nobody uses it, against its images alone: the same image, command, user, mounts, limits and
 * networks, without health check and without published port. What is between the two is what health checks and ports cost.
 */
import { withAlone } from "./alone";
import { healthy, runningServices, samples, type Context, type Running } from "./context";
import { engineMs } from "./engine-cpu";
import { rest } from "./interrupt";
import { answering } from "./requests";
import { measured, type Result } from "./result";

/** So long everything is left alone after its start, in seconds: the gateway's first list of tools is over by then. */
const SETTLE_SECONDS = 30;

interface Use {
  /** Percent of a core. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

interface Idle {
  readonly services: Readonly<Record<string, Use>>;
  /** Percent of a core that the engine takes for them, with what it starts in their containers; undefined: not to be seen here. */
  readonly engineCpu: number | undefined;
}

async function watch(context: Context, services: readonly Running[], seconds: number): Promise<Idle> {
  const look = async () => {
    const engine = engineMs(services.map(({ id }) => id));
    return { at: Date.now(), engine, each: await samples(context, services) };
  };
  await rest(SETTLE_SECONDS);
  const before = await look();
  await rest(seconds);
  const now = await look();
  const use = services.map(({ service }, index): [string, Use] => {
    const [first, last] = [before.each[index], now.each[index]];
    if (first === undefined || last === undefined) throw new Error(`${service}: no figures`);
    // Not rounded, since most of these are below a tenth of a percent.
    const cpu = ((last.cpuNanoseconds - first.cpuNanoseconds) / ((last.at - first.at) * 1e6)) * 100;
    return [service, { cpu, memoryMiB: last.memoryBytes / 2 ** 20 }];
  });
  const engine = before.engine === undefined || now.engine === undefined ? undefined : now.engine - before.engine;
  const engineCpu = engine && (engine / (now.at - before.at)) * 100;
  return { services: Object.fromEntries(use), engineCpu };
}

const sum = (idle: Idle, key: keyof Use): number =>
  Object.values(idle.services).reduce((total, use) => total + use[key], 0);

/** How many health checks the engine starts in a second, from each container's interval in nanoseconds (0: it has none). */
export const checksPerSecond = (intervals: readonly number[]): number =>
  intervals.filter((interval) => interval > 0).reduce((sum, interval) => sum + 1e9 / interval, 0);

function engineResults(title: string, checks: number, stack: Idle, alone: Idle): Result[] {
  const [ours, yardstick] = [stack.engineCpu, alone.engineCpu];
  if (ours === undefined || yardstick === undefined) return [];
  return [
    measured(title, "% of a core", ours, yardstick),
    // A percent of a core is 10 ms of each second.
    measured("one health check, engine included", "ms of CPU", ((ours - yardstick) * 10) / checks),
  ];
}

/** Each service, their sums, and what health checks cost; `checks` are those of a second. */
export function idleResults(seconds: number, checks: number, stack: Idle, alone: Idle): Result[] {
  const title = (what: string): string => `idle for ${seconds} s, against the images alone: ${what}`;
  const names = Object.keys(stack.services);
  return [
    measured(title("memory"), "MiB", sum(stack, "memoryMiB"), sum(alone, "memoryMiB")),
    measured(title("CPU"), "% of a core", sum(stack, "cpu"), sum(alone, "cpu")),
    measured("health checks of the idle stack", "1/s", checks),
    ...engineResults(title("CPU of the engine for these containers, checks included"), checks, stack, alone),
    ...names.map((name) =>
      measured(`memory of ${name}`, "MiB", stack.services[name]?.memoryMiB ?? NaN, alone.services[name]?.memoryMiB),
    ),
    ...names.map((name) =>
      measured(`CPU of ${name}`, "% of a core", stack.services[name]?.cpu ?? NaN, alone.services[name]?.cpu),
    ),
  ];
}

async function intervals({ docker }: Context, services: readonly Running[]): Promise<number[]> {
  const found = await Promise.all(services.map(({ id }) => docker.getContainer(id).inspect()));
  return found.map(({ Config: { Healthcheck } }) => Healthcheck?.Interval ?? 0);
}

/** Looks for so many seconds at each of the two. Sessions end. @throws Error naming a service that does not run */
export async function idleRuns(context: Context, seconds: number): Promise<Result[]> {
  context.say("starting the stack's images alone: without health checks and published ports");
  const alone = await withAlone(context, (services) => {
    context.say(`alone: ${SETTLE_SECONDS} s of rest, then ${seconds} s`);
    return watch(context, services, seconds);
  });
  const services = await runningServices(context);
  await healthy(context, services);
  await answering(context.target);
  context.say(`the stack, started as lately: ${SETTLE_SECONDS} s of rest, then ${seconds} s`);
  const checks = checksPerSecond(await intervals(context, services));
  return idleResults(seconds, checks, await watch(context, services, seconds), alone);
}
