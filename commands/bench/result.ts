/** What is measured, in one form for everything: a value of ours, what it stands against, and its target. */
import type { Figures } from "./statistics";

export type Unit = "s" | "ms" | "1/s" | "MiB/s" | "MiB" | "KiB" | "% of a core" | "ms of CPU" | "streams" | "";

/** A limit of the ratio, of our value, or of what it is above (`added`) the yardstick. */
export interface Target {
  readonly of: "ratio" | "ours" | "added";
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Result {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: number;
  /** What ours is compared with, in the same unit. */
  readonly yardstick?: number;
  /** Ours by the yardstick; missing with a yardstick of 0 as well. */
  readonly ratio?: number;
  /** Of repeated measurements: the values above are their medians. */
  readonly spread?: { readonly ours: Figures; readonly yardstick?: Figures };
  readonly target?: Target;
}

/** A measure without repetitions, and perhaps its yardstick. */
export function measured(what: string, unit: Unit, ours: number, yardstick?: number, target?: Target): Result {
  return {
    what,
    unit,
    ours,
    ...(yardstick === undefined ? {} : { yardstick }),
    ...(yardstick === undefined || yardstick === 0 ? {} : { ratio: ours / yardstick }),
    ...(target === undefined ? {} : { target }),
  };
}

/** The same of repeated measurements: their medians, and how far they spread. */
export const repeated = (what: string, unit: Unit, ours: Figures, yardstick?: Figures, target?: Target): Result => ({
  ...measured(what, unit, ours.median, yardstick?.median, target),
  spread: { ours, ...(yardstick === undefined ? {} : { yardstick }) },
});

const valueFor = ({ ours, yardstick = 0, ratio = NaN }: Result, { of }: Target): number =>
  of === "ours" ? ours : of === "ratio" ? ratio : ours - yardstick;

/** Whether it is met; undefined: it has none. A ratio that cannot be said meets nothing. */
export function isMet(result: Result): boolean | undefined {
  if (result.target === undefined) return undefined;
  const { atMost = Infinity, atLeast = -Infinity } = result.target;
  const value = valueFor(result, result.target);
  return value <= atMost && value >= atLeast;
}

/** Digits that tell something: two places below ten, none above. */
export const digits = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 2 : 0);

/** "ratio at most 1.5". */
export function targetWords({ of, atMost, atLeast }: Target, unit: Unit): string {
  const what = { ratio: "ratio ", ours: "", added: "added " }[of];
  const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return `${what}${bound}${of === "ratio" || unit === "" ? "" : ` ${unit}`}`;
}
