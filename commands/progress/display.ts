/** An update on a terminal, as a table that moves, and in a log, as a line for each change. */
import logUpdate from "log-update";
import colors from "picocolors";
import { plainTable } from "../table";
import type { Progress, Remark, Row } from "./rows";

/** What is written to. */
export interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface Display {
  /** A row changed. */
  row(row: Row): void;
  remark(remark: Remark): void;
  end(): void;
}

const TICK_MS = 200;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** In a log, a row's own progress is said at most so often. */
const NOTE_MS = 9_000;

const PAINT = { info: (text: string): string => text, warning: colors.yellow, error: colors.red };

function remarkText({ severity, text }: Remark): string {
  return severity === "info" ? text : `${PAINT[severity](`${severity}:`)} ${text}`;
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** Whole seconds; nothing for what took none. */
const seconds = ({ seconds: value }: Row): string => (value < 1 ? "" : `${Math.floor(value)} s`);

const SIGNS = { waiting: " ", same: colors.green("✓"), done: colors.green("✓"), failed: colors.red("✗"), working: "" };

function cells(row: Row, tick: number): string[] {
  const { state, name, what, note } = row;
  const sign = state === "working" ? colors.cyan(SPINNER[tick % SPINNER.length] ?? "") : SIGNS[state];
  const paint = { waiting: colors.dim, same: colors.dim, done: colors.green, failed: colors.red, working: colors.cyan };
  return [sign, name, paint[state](what), seconds(row), colors.dim(lastLine(note))];
}

/** The table: services, and whatever else is under way or failed. With too few lines for all, only what needs a look. */
export function frame(rows: readonly Row[], tick: number, lines: number): string {
  const busy = rows.filter(({ state }) => state === "working" || state === "failed");
  const wanted = rows.filter((row) => row.service || busy.includes(row));
  const shown = wanted.length < lines ? wanted : busy.slice(0, lines - 2);
  const services = rows.filter(({ service }) => service);
  const ready = services.filter(({ state }) => state === "done" || state === "same").length;
  const table = plainTable(
    ["", "Service", "State", "", ""],
    shown.map((row) => cells(row, tick)),
  );
  return shown === wanted ? table : `${table}\n${ready} of ${services.length} services are ready`;
}

/** On a terminal: rows stay where they are, remarks scroll by above them. */
class Terminal implements Display {
  private readonly live: ReturnType<typeof logUpdate.create>;
  private readonly timer: NodeJS.Timeout;
  private tick = 0;

  constructor(
    private readonly progress: Progress,
    private readonly output: Output & NodeJS.WriteStream,
  ) {
    this.live = logUpdate.create(output);
    this.timer = setInterval(() => this.show(), TICK_MS);
  }

  row(): void {
    // Shown at the next tick.
  }

  remark(remark: Remark): void {
    this.live.clear();
    this.output.write(`${remarkText(remark)}\n`);
    this.show();
  }

  end(): void {
    clearInterval(this.timer);
    this.show();
    this.live.done();
  }

  private show(): void {
    this.live(frame(this.progress.rows(Date.now()), this.tick++, this.output.rows));
  }
}

/** Kinds of rows that a log mentions from their beginning: what people know by name. */
const isNamed = ({ service, name }: Row): boolean => service || name.includes(" ");

/** In a log: what begins, what ends, and every few seconds how far it is. */
class Log implements Display {
  /** When a row's own progress was last said. */
  private readonly noted = new Map<string, number>();

  constructor(private readonly output: Output) {}

  row(row: Row): void {
    const text = this.textOf(row);
    if (text === undefined) return;
    if (row.note !== "") this.noted.set(row.name, Date.now());
    this.output.write(`${row.name}: ${text}\n`);
  }

  remark(remark: Remark): void {
    this.output.write(`${remarkText(remark)}\n`);
  }

  end(): void {
    // Nothing is pending.
  }

  private textOf(row: Row): string | undefined {
    const { name, state, what, note } = row;
    const after = seconds(row) === "" ? what : `${what} after ${seconds(row)}`;
    if (state === "failed") return after;
    if (state === "waiting" || state === "same") return undefined;
    if (state === "done") return row.service || (this.noted.has(name) && row.seconds >= 1) ? after : undefined;
    if (note === "") return isNamed(row) ? what : undefined;
    return Date.now() - (this.noted.get(name) ?? 0) < NOTE_MS ? undefined : lastLine(note);
  }
}

/** The display that fits to where it is written. */
export const display = (progress: Progress, output: Output): Display =>
  output.isTTY ? new Terminal(progress, output as Output & NodeJS.WriteStream) : new Log(output);
