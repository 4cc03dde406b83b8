/**
 * Many streams of events at once, held for a minute: through the ingress, and at the gateway itself. How many are dropped, and
 * what each costs every service that it passes. Afterwards the stack is as it was.
 */
import { trustedAuthorities } from "../trust";
import { changeableConfig } from "./changeable";
import { healthy, runningServices, samples, up, type Context, type Running } from "./context";
import { rest } from "./interrupt";
import { answering, directTarget } from "./requests";
import { measured, type Result } from "./result";
import { each, openStream, type Stream, type StreamTarget } from "./stream-client";
import { withAddress } from "./way-in";

/** So long they are held, in seconds. */
const HELD_SECONDS = 60;
/** So many are opened, asked and closed at the same time. */
const AT_ONCE = 16;
/** Requests that may be under way beside the streams. */
const SPARE = 64;
/** So long memory is left to settle before it is looked at, in seconds. */
const SETTLE_SECONDS = 5;

/** Services on a stream's way. */
const PASSED = ["traefik", "mcp-router", "mcp-gateway"];

/** What came of one way in. */
interface Held {
  /** That the other side ended, or whose session answers no more. */
  readonly dropped: number;
  /** KiB for each stream, by service. */
  readonly memory: Readonly<Record<string, number>>;
}

/** New processes, so that neither run has what the other one left in memory. */
async function restart(context: Context): Promise<Running[]> {
  const passed = (await runningServices(context)).filter(({ service }) => PASSED.includes(service));
  for (const { id } of passed) await context.docker.getContainer(id).restart();
  await healthy(context, passed);
  await answering(context.target);
  await rest(SETTLE_SECONDS);
  return passed;
}

async function openAll(target: StreamTarget, count: number): Promise<Stream[]> {
  const all = await each(Array.from({ length: count }), AT_ONCE, () => openStream(target));
  const open = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [refused] = all.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
  if (refused === undefined) return open;
  await closeAll(open);
  throw new Error(`${count - open.length} of ${count} streams could not be opened; the first: ${refused.message}`);
}

const closeAll = (streams: readonly Stream[]): Promise<unknown> => each(streams, AT_ONCE, (stream) => stream.end());

/** That were ended, or whose session does not answer: a dead connection would look open. */
async function lost(streams: readonly Stream[]): Promise<number> {
  const answers = await each(streams, AT_ONCE, (stream) => stream.ping());
  const alive = answers.filter(
    (answer, index) => answer.status === "fulfilled" && answer.value && streams[index]?.dropped() === false,
  );
  return streams.length - alive.length;
}

async function hold(
  context: Context,
  services: readonly Running[],
  target: StreamTarget,
  count: number,
): Promise<Held> {
  const before = await samples(context, services);
  context.say(`opening ${count} streams of events at ${target.url}`);
  const streams = await openAll(target, count);
  try {
    context.say(`holding them for ${HELD_SECONDS} s`);
    await rest(HELD_SECONDS);
    const during = await samples(context, services);
    const more = services.map(({ service }, index): [string, number] => {
      const bytes = (during[index]?.memoryBytes ?? 0) - (before[index]?.memoryBytes ?? 0);
      return [service, bytes / count / 1024];
    });
    return { dropped: await lost(streams), memory: Object.fromEntries(more) };
  } finally {
    await closeAll(streams);
  }
}

function results(count: number, ingress: Held, direct: Held): Result[] {
  const title = `${count} streams held for ${HELD_SECONDS} s, ingress against gateway directly`;
  const target = { of: "ours", atMost: 0 } as const;
  return [
    measured(`${title}: dropped`, "streams", ingress.dropped, direct.dropped, target),
    ...Object.entries(ingress.memory).map(([service, kib]) =>
      service === "mcp-gateway"
        ? measured(`memory of each stream: ${service}`, "KiB", kib, direct.memory[service])
        : measured(`memory of each stream: ${service}`, "KiB", kib),
    ),
  ];
}

/** Limits that are too low for so many streams of one address, with values that are not. */
export function raisedLimits(
  { streamsPerClient, requestsPerSecond }: Pick<Context["config"], "streamsPerClient" | "requestsPerSecond">,
  count: number,
): Readonly<Record<string, string>> {
  const needed = count + SPARE;
  return Object.fromEntries(
    Object.entries({ streamsPerClient, requestsPerSecond })
      .filter(([, value]) => value < needed)
      .map(([key]) => [key, String(needed)]),
  );
}

/** Lets one address hold so many streams, if it may not already; `restore` takes that back. */
async function allow(context: Context, count: number): Promise<{ restore(): Promise<void> }> {
  const raised = raisedLimits(context.config, count);
  const words = Object.entries(raised).map(([key, value]) => `${key} ${value}`);
  if (words.length === 0) return { restore: () => Promise.resolve() };
  context.say(`for this run by config, put back afterwards: ${words.join(", ")}; as it is they would be refused`);
  const { set, restore } = changeableConfig(context.workspace.stack);
  const putBack = async (): Promise<void> => {
    restore();
    await up(context);
  };
  try {
    set(raised);
    await up(context);
  } catch (error) {
    await putBack();
    throw error;
  }
  return { restore: putBack };
}

/** Holds `count` streams each way. @throws Error when one cannot be opened */
export async function streamRuns(context: Context, count: number): Promise<Result[]> {
  const { restore } = await allow(context, count);
  try {
    const ca = trustedAuthorities(context.config);
    const trusted = ca === undefined ? {} : { ca };
    const ingress = await hold(context, await restart(context), { ...context.target, ...trusted }, count);
    // Before it gets an address for this: it would have another one afterwards.
    const anew = await restart(context);
    const direct = await withAddress(context.docker, context.config, "mcp-gateway", (address) =>
      hold(context, anew, directTarget(context.config, address), count),
    );
    return results(count, ingress, direct);
  } finally {
    await restore();
  }
}
