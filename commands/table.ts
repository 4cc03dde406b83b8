/** Tables on a terminal and in a pipe. */
import Table from "cli-table3";
import colors from "picocolors";

const EDGES = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"];
const INNER = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid"];
const NO_LINES = Object.fromEntries([...EDGES, ...INNER].map((name) => [name, ""]));

/** A table without lines; its head is bold on a terminal. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map((title) => colors.bold(title)),
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replace(/ +$/gm, "");
}
