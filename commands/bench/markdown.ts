/** BENCHMARKS.md: tables of reports between markers, words of people around them. Pure. */
import { digits, targetWords, type Result } from "./result";
import { verdict, withSpread, type Machine, type Report } from "./report";

/** A marked place: what lies in it is written anew. */
const begin = (name: string): string => `<!-- results: ${name} -->`;
const END = "<!-- end of results -->";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function cells(result: Result): string[] {
  const { what, unit, ours, yardstick, ratio, spread, target } = result;
  const value = (number: number | undefined, of: "ours" | "yardstick"): string =>
    number === undefined ? "" : `${withSpread(number, spread?.[of])} ${unit}`.trimEnd();
  return [
    what,
    value(ours, "ours"),
    value(yardstick, "yardstick"),
    ratio === undefined ? "" : digits(ratio),
    target === undefined ? "" : `${targetWords(target, unit)}: ${verdict(result)}`,
  ];
}

const resultTable = (results: readonly Result[]): string =>
  table(["measure", "ours", "against", "ratio", "target"], results.map(cells));

function machineTable({ cpus, model, memoryMiB, kernel, node, engine }: Machine): string {
  const memory = `${Math.round(memoryMiB / 1024)} GiB`;
  const rows = { processors: `${cpus} × ${model}`, memory, kernel, engine, "Node.js": node };
  return table(["machine", ""], Object.entries(rows));
}

/** Tables by the name of their place: the machine's, and one for each measure; "cold ai" is one with that bundle. */
export const tablesOf = (report: Report): [place: string, table: string][] => [
  ["machine", machineTable(report.machine)],
  ...report.sections.map(({ name, results }): [string, string] => [
    [name, ...report.bundles].join(" "),
    resultTable(results),
  ]),
];

function replaceBetween(text: string, place: string, content: string): string {
  const start = text.indexOf(begin(place));
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0)
    throw new Error(
      `BENCHMARKS.md has no place for the results of "${place}"; add these two lines where they belong:\n${begin(place)}\n${END}`,
    );
  return `${text.slice(0, start)}${begin(place)}\n\n${content}\n\n${text.slice(end)}`;
}

/** The text with the tables of all reports in their places; other places stay. @throws Error naming a place that is missing */
export const withTables = (text: string, reports: readonly Report[]): string =>
  reports.flatMap(tablesOf).reduce((before, [place, content]) => replaceBetween(before, place, content), text);
