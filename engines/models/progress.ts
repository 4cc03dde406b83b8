/** Progress of a transfer in words: bytes, rate, time left. */
import { Step, type Sink } from "../images/progress";

/** Over how many seconds the rate is taken: long enough to be calm, short enough to show a change. */
const RATE_SECONDS = 10;

const UNITS = ["kB", "MB", "GB", "TB"];

/** Bytes as people read them: 812 kB, 491 MB, 2.5 GB (powers of 1000, as model pages write them). */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  if (power === 0) return `${bytes} bytes`;
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[power - 1]}`;
}

/** Whole seconds as people read them: 45 s, 3 min, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "120 MB of 491 MB at 24 MB/s, 16 s left, after" (so many seconds); without a rate or a total, those parts are left out. */
export function progressLine(at: number, total: number | undefined, rate: number): string {
  const much = total === undefined ? size(at) : `${size(at)} of ${size(total)}`;
  if (rate === 0) return `${much}, after`;
  const left = total === undefined ? "" : `, ${duration((total - at) / rate)} left`;
  return `${much} at ${size(Math.round(rate))}/s${left}, after`;
}

/** One transfer that is under way: a line that moves on a terminal, a line every ten seconds in a log. */
export class Meter {
  /** Bytes in all; undefined: not known. */
  total: number | undefined;
  private readonly step: Step;
  private readonly timer: NodeJS.Timeout;
  private readonly samples: number[];

  constructor(
    title: string,
    doing: string,
    sink: Sink,
    private at: number,
  ) {
    this.step = new Step(title, doing, sink);
    this.samples = [at];
    this.timer = setInterval(() => this.sample(), 1_000).unref();
  }

  /** So many bytes are there by now. */
  reach(at: number): void {
    this.at = at;
  }

  /** Ends it with its result. */
  end(result: string): void {
    clearInterval(this.timer);
    this.step.end(result);
  }

  private sample(): void {
    this.samples.push(this.at);
    if (this.samples.length > RATE_SECONDS + 1) this.samples.shift();
    const rate = (this.at - (this.samples[0] ?? 0)) / (this.samples.length - 1);
    if (rate > 0) this.step.note(progressLine(this.at, this.total, rate));
  }
}
