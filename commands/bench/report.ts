/** Results as they are kept in a file (`--json`), and as lines for people. */
import os from "node:os";
import { digits, isMet, targetWords, type Result } from "./result";
import type { Figures } from "./statistics";

export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Name and version of the container engine. */
  readonly engine: string;
}

export interface Section {
  /** Measure by which it was asked for, such as "servers". */
  readonly name: string;
  readonly results: readonly Result[];
}

/** What one run found out. */
export interface Report {
  readonly machine: Machine;
  /** Bundles of the stack that was measured; none: the core. */
  readonly bundles: readonly string[];
  readonly sections: readonly Section[];
}

/** This machine, with an engine of this name and version. */
export const thisMachine = (engine: string): Machine => ({
  cpus: os.cpus().length,
  model: os.cpus()[0]?.model ?? "unknown",
  memoryMiB: Math.round(os.totalmem() / 2 ** 20),
  kernel: `${os.type()} ${os.release()}`,
  node: process.version,
  engine,
});

/** "1.20 (1.10 to 1.40)", without a unit. */
export const withSpread = (value: number, spread: Figures | undefined): string =>
  spread === undefined || spread.runs < 2
    ? digits(value)
    : `${digits(value)} (${digits(spread.min)} to ${digits(spread.max)})`;

/** "met", "MISSED", or nothing where there is no target. */
export const verdict = (result: Result): string => ({ true: "met", false: "MISSED" })[String(isMet(result))] ?? "";

function line(result: Result): string {
  const { what, unit, ours, yardstick, ratio, spread, target } = result;
  const value = `${withSpread(ours, spread?.ours)} ${unit}`.trimEnd();
  const against = yardstick === undefined ? "" : `  against ${withSpread(yardstick, spread?.yardstick)} ${unit}`;
  const quotient = ratio === undefined ? "" : `  ratio ${digits(ratio)}`;
  const judged = target === undefined ? "" : `  target ${targetWords(target, unit)}: ${verdict(result)}`;
  return `${what.padEnd(72)} ${value}${against.trimEnd()}${quotient}${judged}`;
}

/** One line for each result, below the name of its measure. */
export const reportLines = ({ sections }: Pick<Report, "sections">): string[] =>
  sections.flatMap(({ name, results }) => [`${name}:`, ...results.map((result) => `  ${line(result)}`)]);
