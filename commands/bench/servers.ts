/**
 * How bringing the stack up, its memory and its list of tools grow with the number of catalog servers (gatewayMode static), and
 * `docker compose up --wait` of the export beside it. The stack is down in between, and afterwards as it was.
 */
import { composeStack } from "./compose";
import { down, gatewayMemory, puttingBack, up, type Context } from "./context";
import { manyServers } from "./many-servers";
import { answering, latency } from "./requests";
import { measured, repeated, type Result, type Unit } from "./result";
import { costOfOne, figures, growth, seconds, type Point } from "./statistics";

/** Requests of which the list's median is. */
const LISTS = 100;

/** What one number of servers costs. */
interface Size {
  readonly count: number;
  /** Seconds, of each round. */
  readonly up: readonly number[];
  /** The same of compose. */
  readonly compose: readonly number[];
  /** MiB of gateway and servers after a list of tools, without sessions. */
  readonly memory: number;
  /** Milliseconds. */
  readonly list: number;
}

/** Brings it up and down in turns with compose; it is down before and after. */
async function measureSize(context: Context, count: number, rounds: number): Promise<Size> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  const looks: Pick<Size, "memory" | "list">[] = [];
  const compose = await composeStack(context.workspace.stack);
  try {
    for (let round = 1; round <= rounds; round++) {
      context.say(`${count} server(s), round ${round} of ${rounds}: up`);
      ours.push(await seconds(() => up(context)));
      await answering(context.target);
      const { p50: list } = await latency(context.target, "tools/list", 1, LISTS);
      looks.push({ list, memory: await gatewayMemory(context) });
      await down(context);
      context.say(`${count} server(s), round ${round} of ${rounds}: docker compose up --wait`);
      theirs.push(await seconds(() => compose.up()));
      await compose.down();
    }
  } finally {
    await compose.remove();
  }
  const median = (key: "memory" | "list"): number => figures(looks.map((look) => look[key])).median;
  return { count, up: ours, compose: theirs, memory: median("memory"), list: median("list") };
}

const sizeResults = ({ count, up: ours, compose, memory, list }: Size): Result[] => [
  repeated(`${count} server(s): cold up against docker compose up --wait`, "s", figures(ours), figures(compose)),
  measured(`${count} server(s): memory of gateway and servers`, "MiB", memory),
  measured(`${count} server(s): tools/list p50`, "ms", list),
];

const KINDS: readonly { readonly what: string; readonly unit: Unit; readonly of: (size: Size) => number }[] = [
  { what: "cold up", unit: "s", of: ({ up: ours }) => figures(ours).median },
  { what: "docker compose up --wait", unit: "s", of: ({ compose }) => figures(compose).median },
  { what: "memory", unit: "MiB", of: ({ memory }) => memory },
  { what: "tools/list p50", unit: "ms", of: ({ list }) => list },
];

/** What each server more costs, and how that changes, from points sorted by size. */
export function growthResults(what: string, unit: Unit, points: readonly Point[]): Result[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const range = `from ${first.size} to ${last.size} servers`;
  const grown = measured(`${what}: growth ${range}, by that of their number`, "", growth(points), undefined, {
    of: "ours",
    atMost: 1,
  });
  const each = measured(`${what}: each server more, ${range}`, unit, costOfOne(first, last));
  const middle = points.at(-2);
  if (middle === undefined || middle === first) return [each, grown];
  const title = `${what}: each more from ${middle.size} on, against those before`;
  return [each, measured(title, unit, costOfOne(middle, last), costOfOne(first, middle)), grown];
}

/** Measures each number of servers, in rising order. @throws Error when the stack cannot come up with one of them */
export async function serverRuns(context: Context, sizes: readonly number[]): Promise<Result[]> {
  const changed = manyServers(context);
  const found: Size[] = [];
  await puttingBack(
    async () => {
      await down(context);
      for (const count of [...sizes].sort((a, b) => a - b)) {
        await changed.configure("static", count);
        found.push(await measureSize(context, count, Math.min(context.rounds, 3)));
      }
    },
    async () => {
      await changed.restore();
      await up(context);
    },
  );
  return [
    ...found.flatMap(sizeResults),
    ...KINDS.flatMap(({ what, unit, of }) =>
      growthResults(
        what,
        unit,
        found.map((size) => ({ size: size.count, value: of(size) })),
      ),
    ),
  ];
}
