/** Progress of long steps on stderr: what, which of how many, how long. */

import { stripVTControlCharacters } from "node:util";

/** A terminal gets one line that moves; a log gets a line at the start, one every ten seconds, and one at the end. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const LOG_INTERVAL_MS = 10_000;
const TERMINAL_INTERVAL_MS = 1_000;

/** One step that is under way. */
export class Step {
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private doing: string;

  /** `title` such as "[3/9] mcp-time"; `doing` what it does first. */
  constructor(
    private readonly title: string,
    doing: string,
    private readonly sink: Sink = process.stderr,
  ) {
    this.doing = doing;
    this.show();
    this.timer = setInterval(() => this.show(), sink.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
    this.timer.unref();
  }

  /** What it does now; shown at the next tick. */
  note(doing: string): void {
    const line = stripVTControlCharacters(doing).replace(/\s+/g, " ").trim();
    if (line) this.doing = line.slice(0, 100);
  }

  /** A line that stays, before the step's own next one. */
  log(line: string): void {
    if (!this.sink.isTTY) return void this.sink.write(`${line}\n`);
    this.sink.write(`\r\x1b[K${line}\n`);
    this.show();
  }

  /** Ends the step with its result. */
  end(result: string): void {
    clearInterval(this.timer);
    this.doing = result;
    this.show();
    if (this.sink.isTTY) this.sink.write("\n");
  }

  /** Whole seconds since the start. */
  seconds(): number {
    return Math.round((Date.now() - this.started) / 1000);
  }

  private show(): void {
    const line = `${this.title}: ${this.doing} ${this.seconds()} s`;
    this.sink.write(this.sink.isTTY ? `\r\x1b[K${line.slice(0, (this.sink.columns ?? 80) - 1)}` : `${line}\n`);
  }
}
