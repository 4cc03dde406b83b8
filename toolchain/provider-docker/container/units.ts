/** Units of the engine in the texts that the official plugin writes. */

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A Go duration such as "1m30s" in nanoseconds. The check has seen that it is one. */
export function nanoseconds(duration: string): number {
  const parts = duration.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g);
  return Math.round(
    [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (NANOSECONDS[unit ?? ""] ?? 0), 0),
  );
}

/** Nanoseconds as Go writes durations: "0s", "500ms", "1.5s", "1m30s", "1h0m0s". */
export function goDuration(total: number): string {
  if (total === 0) return "0s";
  if (total < 1e3) return `${total}ns`;
  if (total < 1e6) return `${total / 1e3}µs`;
  if (total < 1e9) return `${total / 1e6}ms`;
  const [hours, minutes] = [Math.floor(total / 3600e9), Math.floor((total % 3600e9) / 60e9)];
  const seconds = (total % 60e9) / 1e9;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** A number of CPUs in the engine's billionths. @throws Error if it is no decimal number */
export function nanoCpus(cpus: string): number {
  if (!/^\d+(\.\d+)?$/.test(cpus))
    throw new Error(`Error setting cpus: "${cpus}" is no decimal number; expected for example 0.5 or 2.0`);
  return Math.round(Number(cpus) * 1e9);
}

/**
 * Billionths of CPUs as the official plugin reads them back: "1.0" for "1", and by a slip of its formatter "0.1" for
 * "0.05" and "10." for "10".
 */
export function cpusText(nano: number): string {
  const text = (nano / 1e9).toFixed(9);
  if (text.split("0").length - 1 === 9) return (Math.round(nano / 1e8) / 10).toFixed(1);
  return text.replace(/0+$/, "");
}

const MEBIBYTE = 1024 * 1024;

/** MiB in bytes; zero and negative numbers have a meaning of their own and stay. */
export const bytes = (mebibytes: number): number => (mebibytes > 0 ? mebibytes * MEBIBYTE : mebibytes);

/** Bytes in whole MiB; zero and negative numbers stay. */
export const mebibytes = (size: number): number => (size > 0 ? Math.floor(size / MEBIBYTE) : size);
