/** Figures of repeated measurements. */

export interface Figures {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** The value below which a share of the values lies (0.5: median), by the nearest rank. Values need not be sorted. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

/** Median and spread. */
export const figures = (values: readonly number[]): Figures => ({
  median: percentile(values, 0.5),
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length,
});

/** Seconds that the work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** A measure of ours beside its yardstick. */
export interface Comparison {
  readonly what: string;
  readonly unit: "s" | "ms" | "1/s" | "MiB/s" | "MiB";
  readonly ours: number;
  readonly yardstick: number;
  readonly ratio: number;
  readonly spread?: readonly [ours: Figures, yardstick: Figures];
}

export const compare = (what: string, unit: Comparison["unit"], ours: number, yardstick: number): Comparison => ({
  what,
  unit,
  ours,
  yardstick,
  ratio: ours / yardstick,
});

/** The same of repeated measurements: their medians, and how far they spread. */
export const compareFigures = (
  what: string,
  unit: Comparison["unit"],
  ours: Figures,
  yardstick: Figures,
): Comparison => ({
  ...compare(what, unit, ours.median, yardstick.median),
  spread: [ours, yardstick],
});

/** How one kind of request does under a load; times in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
}

/** `count` requests one after the other by each client, all clients at once. */
export async function measureLoad(clients: readonly (() => Promise<unknown>)[], count: number): Promise<Latency> {
  const times: number[] = [];
  const elapsed = await seconds(() =>
    Promise.all(
      clients.map(async (request) => {
        for (let index = 0; index < count; index++) times.push(1000 * (await seconds(request)));
      }),
    ),
  );
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), requestsPerSecond: times.length / elapsed };
}

/** One after the other in turns, so that what else the machine does hits both alike. */
export async function alternate(
  rounds: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<{ readonly first: Figures; readonly second: Figures }> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    times[0].push(await seconds(first));
    times[1].push(await seconds(second));
  }
  return { first: figures(times[0]), second: figures(times[1]) };
}
