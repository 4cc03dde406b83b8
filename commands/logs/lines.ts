/** From the engine's log streams to lines of text: pure. */

/** A line of a log. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as the engine writes it: text order is time order. */
  readonly time: string;
  readonly text: string;
}

/** Takes a log apart that arrives in pieces: frames of 8 bytes of header (stream, length) and a part of the text. */
export class LogReader {
  private rest = Buffer.alloc(0);
  private readonly text: Record<number, string> = {};

  /** Lines that are complete by now. */
  add(piece: Buffer): LogLine[] {
    this.rest = Buffer.concat([this.rest, piece]);
    const lines: LogLine[] = [];
    while (this.rest.length >= 8 && this.rest.length >= 8 + this.rest.readUInt32BE(4)) {
      const length = this.rest.readUInt32BE(4);
      lines.push(...this.addText(this.rest[0] ?? 1, this.rest.subarray(8, 8 + length).toString("utf8")));
      this.rest = this.rest.subarray(8 + length);
    }
    return lines;
  }

  /** What was begun and has no end of line. */
  end(): LogLine[] {
    return Object.values(this.text).filter(Boolean).map(lineOf);
  }

  private addText(stream: number, text: string): LogLine[] {
    const parts = ((this.text[stream] ?? "") + text).split("\n");
    this.text[stream] = parts.pop() ?? "";
    return parts.map(lineOf);
  }
}

/** With timestamps each line begins with its time and a space. */
function lineOf(line: string): LogLine {
  const space = line.indexOf(" ");
  return { time: line.slice(0, space), text: line.slice(space + 1).replace(/\r$/, "") };
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds since 1970 of "10m", "2h", "1d" ago, or of a date. @throws Error that says what is understood. */
export function sinceSeconds(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Math.floor(nowMs / 1000) - Number(count) * UNITS[unit as keyof typeof UNITS];
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return Math.floor(date / 1000);
  throw new Error(`--since: "${text}" is neither a time ago (30s, 10m, 2h, 1d) nor a date (2030-01-31T12:00:00Z)`);
}
