/**
 * `npm run bench`: what the stack costs, mostly as ratios of measurements in one run. Without a choice it uses the stack as it
 * is (bring it up first) and changes nothing; the other measures change or stop the stack for a while and put it back. Load
 * goes to this machine only, is bounded, and stops by itself.
 */
import { coldRuns } from "./bench/cold";
import { openContext, type Context } from "./bench/context";
import { idleRuns } from "./bench/idle";
import { throwIfInterrupted, watchInterrupts } from "./bench/interrupt";
import { modeRuns } from "./bench/modes";
import { chosen, type Choice, type MeasureName } from "./bench/options";
import { renderReports } from "./bench/render";
import { reportLines, thisMachine, type Report, type Section } from "./bench/report";
import type { Result } from "./bench/result";
import { serverRuns } from "./bench/servers";
import { streamRuns } from "./bench/streams";
import { warmRuns } from "./bench/warm";
import { say } from "./ask";

export interface Options extends Choice {
  readonly stack: string;
  readonly rounds: string;
  /** Files with reports, for BENCHMARKS.md; nothing is measured. */
  readonly render?: readonly string[];
  readonly json?: boolean;
}

/** Each with the numbers of its option: sizes, a count, or seconds. */
const MEASURES: Readonly<Record<MeasureName, (context: Context, numbers: readonly number[]) => Promise<Result[]>>> = {
  warm: warmRuns,
  idle: (context, [seconds = 0]) => idleRuns(context, seconds),
  streams: (context, [count = 0]) => streamRuns(context, count),
  modes: modeRuns,
  servers: serverRuns,
  cold: coldRuns,
};

async function engineWords({ docker }: Context): Promise<string> {
  const { Version, Components = [] } = (await docker.version()) as { Version: string; Components?: { Name: string }[] };
  return `${Components[0]?.Name ?? "engine"} ${Version}`;
}

/** What one measure finds, or nothing when it fails, which must not cost what the others found. */
async function section(context: Context, name: MeasureName, numbers: readonly number[]): Promise<Section | undefined> {
  const started = performance.now();
  try {
    throwIfInterrupted();
    const results = await MEASURES[name](context, numbers);
    say(`bench: ${name} took ${((performance.now() - started) / 60_000).toFixed(1)} min`);
    return { name, results };
  } catch (error) {
    process.exitCode = 1;
    say(`bench: ${name} failed: ${(error as Error).message}`);
    return undefined;
  }
}

/** Measures and prints, or writes BENCHMARKS.md; measuring needs a stack that is up. Exit code 1: a measure failed. */
export async function bench(options: Options): Promise<void> {
  if (options.render !== undefined) return renderReports(options.render);
  const { rounds, measures } = chosen(options);
  watchInterrupts();
  const context = await openContext(options.stack, rounds);
  const sections: Section[] = [];
  for (const { name, numbers } of measures) {
    const found = await section(context, name, numbers);
    if (found !== undefined) sections.push(found);
  }
  const { bundles } = context.config;
  const report: Report = { machine: thisMachine(await engineWords(context)), bundles, sections };
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else for (const line of reportLines(report)) process.stdout.write(`${line}\n`);
}
