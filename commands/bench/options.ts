/** What `npm run bench` is asked to measure, by its options. Pure. */

/** In the order in which `--all` measures. */
export const MEASURE_NAMES = ["warm", "idle", "streams", "modes", "servers", "cold"] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

/** Options without a value are true; one that is not given is missing. */
export interface Choice {
  readonly all?: boolean;
  readonly cold?: boolean;
  /** Numbers of servers: "1,5,20". */
  readonly modes?: string | true;
  readonly servers?: string | true;
  /** How many. */
  readonly streams?: string | true;
  /** Seconds. */
  readonly idle?: string | true;
}

/** Numbers of an option that is given without. */
export const DEFAULTS: Readonly<Partial<Record<MeasureName, string>>> = {
  modes: "1,5,20",
  servers: "1,5,20,50",
  streams: "1000",
  idle: "60",
};

/** @throws Error naming the option, the value and what is expected */
function numbersOf(option: string, text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.every((number) => Number.isInteger(number) && number > 0)) return numbers;
  throw new Error(
    `--${option} ${text}: expected whole numbers from 1 on, such as ${DEFAULTS[option as MeasureName] ?? 5}`,
  );
}

export interface Chosen {
  readonly rounds: number;
  readonly measures: readonly { readonly name: MeasureName; readonly numbers: readonly number[] }[];
}

/** The measures, each with its numbers; "warm" when nothing is chosen. @throws Error naming a wrong number */
export function chosen(options: Choice & { readonly rounds: string }): Chosen {
  const given = { ...options, warm: undefined };
  const names = MEASURE_NAMES.filter((name) => options.all === true || given[name] !== undefined);
  const measures = (names.length > 0 ? names : (["warm"] as const)).map((name) => {
    const value = given[name];
    const text = typeof value === "string" ? value : DEFAULTS[name];
    return { name, numbers: text === undefined ? [] : numbersOf(name, text) };
  });
  return { rounds: numbersOf("rounds", options.rounds)[0] ?? 1, measures };
}
