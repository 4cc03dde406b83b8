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

/** A measure at a size. */
export interface Point {
  readonly size: number;
  readonly value: number;
}

/** What one more costs between two sizes. */
export const costOfOne = (from: Point, to: Point): number => (to.value - from.value) / (to.size - from.size);

/**
 * How a measure grows from the first to the last size, compared with the size itself: at 1 what is there costs the same for
 * each, below 1 less, above 1 it grows worse than linearly. Points are sorted by size.
 *
 * @throws Error when there are fewer than two
 */
export function growth(points: readonly Point[]): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first.size === last.size)
    throw new Error(`growth: ${points.length} size(s) measured; it takes two different ones`);
  return last.value / first.value / (last.size / first.size);
}
