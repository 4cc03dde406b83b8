/**
 * Catalog servers as services of the stack (gatewayMode static) against containers that the gateway starts (socket). The stack is
 * brought up in both modes, with few and many servers, and afterwards as it was.
 */
import { gatewayMemory, puttingBack, runningServices, up, type Context } from "./context";
import { manyServers, type ManyServers } from "./many-servers";
import { answering, latency, openSessions } from "./requests";
import { measured, type Result } from "./result";
import { seconds } from "./statistics";

const MODES = ["static", "socket"] as const;
type Mode = (typeof MODES)[number];

/** Sessions that are open, each after a call, while memory is looked at. */
const SESSIONS = 5;

/** Requests of which a median is: some seconds of them, since what just started still works in the background. */
const REQUESTS = 500;

interface Cost {
  /** Seconds from the gateway's restart to the first list of tools. */
  readonly start: number;
  /** Milliseconds. */
  readonly list: number;
  /** Milliseconds. */
  readonly call: number;
  /** MiB of the gateway and the servers, with `SESSIONS` sessions open. */
  readonly memory: number;
}

async function startSeconds(context: Context): Promise<number> {
  const gateway = (await runningServices(context)).find(({ service }) => service === "mcp-gateway");
  if (gateway === undefined) throw new Error(`the gateway of ${context.workspace.stack} does not run; npm run up`);
  const container = context.docker.getContainer(gateway.id);
  await container.stop();
  return seconds(async () => {
    await container.start();
    await answering(context.target);
  });
}

async function cost(context: Context): Promise<Cost> {
  const start = await startSeconds(context);
  const list = await latency(context.target, "tools/list", 1, REQUESTS);
  const call = await latency(context.target, "tools/call", 1, REQUESTS);
  const open = await openSessions(context.target, SESSIONS);
  try {
    await Promise.all(open.map(({ call: ask }) => ask()));
    return { start, list: list.p50, call: call.p50, memory: await gatewayMemory(context) };
  } finally {
    await Promise.all(open.map(({ end }) => end()));
  }
}

function comparisons(count: number, ours: Cost, theirs: Cost): Result[] {
  const title = (what: string): string => `static against socket, ${count} server(s): ${what}`;
  return [
    measured(title("start of the gateway"), "s", ours.start, theirs.start),
    measured(title("tools/list p50"), "ms", ours.list, theirs.list),
    measured(title("tools/call p50"), "ms", ours.call, theirs.call, { of: "ratio", atMost: 1 }),
    measured(title(`memory with ${SESSIONS} sessions`), "MiB", ours.memory, theirs.memory),
  ];
}

async function sizeRuns(context: Context, { configure }: ManyServers, count: number): Promise<Result[]> {
  const costs = {} as Record<Mode, Cost>;
  for (const gatewayMode of MODES) {
    context.say(`${count} server(s), gatewayMode ${gatewayMode}`);
    await configure(gatewayMode, count);
    await up(context);
    costs[gatewayMode] = await cost(context);
  }
  return comparisons(count, costs.static, costs.socket);
}

/** Measures both modes with each number of servers. @throws Error when the stack cannot come up in one of them */
export async function modeRuns(context: Context, sizes: readonly number[]): Promise<Result[]> {
  const changed = manyServers(context);
  const results: Result[] = [];
  await puttingBack(
    async () => {
      for (const count of sizes) results.push(...(await sizeRuns(context, changed, count)));
    },
    async () => {
      await changed.restore();
      await up(context);
    },
  );
  return results;
}
