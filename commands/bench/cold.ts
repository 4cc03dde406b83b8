/**
 * Bringing the stack up and down, and changing one service, against Docker Compose with the export of the same stack: the same
 * images, health checks, order and stop times. The stack is down in between and up at the end; its data stays.
 */
import { changeable, changeableConfig } from "./changeable";
import { composeStack, type ComposeStack } from "./compose";
import { down, puttingBack, runningServices, up, type Context, type Running } from "./context";
import { measured, repeated, type Result } from "./result";
import { figures, seconds } from "./statistics";

/** The service that is changed: it has a health check, so that both wait for it. */
const CHANGED = "mcp-router";

/** One way to run the stack. */
interface Runner {
  up(): Promise<void>;
  down(): Promise<void>;
  /** Writes down another environment for the service, so that the next `up` replaces its container. */
  change(round: number): void;
  restore(): void;
}

function pulumiRunner(context: Context): Runner {
  const { set, restore } = changeableConfig(context.workspace.stack);
  const { overrides } = context.config;
  const own = overrides[CHANGED] ?? {};
  const change = (round: number): void => {
    const environment = { ...own.environment, BENCH_ROUND: String(round) };
    set({ overrides: { ...overrides, [CHANGED]: { ...own, environment } } });
  };
  return { up: () => up(context), down: () => down(context), change, restore };
}

function composeRunner(compose: ComposeStack): Runner {
  const file = changeable(compose.file);
  const change = (round: number): void =>
    file.change("services", ({ [CHANGED]: service }) => {
      const { environment = [], ...rest } = service as { environment?: string[] };
      return { [CHANGED]: { ...rest, environment: [...environment, `BENCH_ROUND=${round}`] } };
    });
  return { ...compose, change, restore: file.restore };
}

const STEPS = ["up", "change", "down"] as const;
type Times = Record<(typeof STEPS)[number], number[]>;

async function measure(runner: Runner, round: number, times: Times): Promise<void> {
  times.up.push(await seconds(() => runner.up()));
  runner.change(round);
  times.change.push(await seconds(() => runner.up()));
  times.down.push(await seconds(() => runner.down()));
  runner.restore();
}

const MEASURES = {
  up: { title: "cold up against docker compose up --wait", atMost: 1 },
  change: { title: `up after a change of ${CHANGED}'s environment, against compose`, atMost: 1.2 },
  down: { title: "down against docker compose down", atMost: 1 },
};

/** Services whose container is another one than before. */
export const replaced = (before: readonly Running[], after: readonly Running[]): string[] =>
  after.filter(({ id }) => !before.some((old) => old.id === id)).map(({ service }) => service);

/** How many containers a change of one service replaces; the stack is up. */
async function replacedByChange(context: Context, runner: Runner): Promise<Result> {
  const before = await runningServices(context);
  runner.change(0);
  await runner.up();
  const names = replaced(before, await runningServices(context));
  const target = { of: "ours", atMost: 1 } as const;
  return measured(`containers replaced by that change: ${names.join(", ")}`, "", names.length, undefined, target);
}

/** Measures in turns. @throws Error when one of them fails */
export async function coldRuns(context: Context): Promise<Result[]> {
  const compose = await composeStack(context.workspace.stack);
  const [ours, theirs] = [pulumiRunner(context), composeRunner(compose)];
  const times: readonly [Times, Times] = [
    { up: [], change: [], down: [] },
    { up: [], change: [], down: [] },
  ];
  const change = await puttingBack(
    async () => {
      const replacedOnes = await replacedByChange(context, ours);
      ours.restore();
      await ours.down();
      for (let round = 1; round <= context.rounds; round++) {
        context.say(`up, a change, and down: round ${round} of ${context.rounds}, in turns with docker compose`);
        await measure(ours, round, times[0]);
        await measure(theirs, round, times[1]);
      }
      return replacedOnes;
    },
    async () => {
      ours.restore();
      await compose.remove();
      await ours.up();
    },
  );
  const results = STEPS.map((step) => {
    const { title, atMost } = MEASURES[step];
    return repeated(title, "s", figures(times[0][step]), figures(times[1][step]), { of: "ratio", atMost });
  });
  return [...results, change];
}
