/** What a container printed. */
import { buffer } from "node:stream/consumers";
import type { Engine } from "../engine/connect";

/** Text of both streams in the order in which it came. Without a terminal the engine puts 8 bytes before each piece. */
export function logText(data: Buffer, tty: boolean): string {
  if (tty) return data.toString("utf8");
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= data.length;) {
    const end = at + 8 + data.readUInt32BE(at + 4);
    pieces.push(data.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * Listens to a container that is not started yet, so that nothing is missed.
 *
 * @returns what it printed, once it has ended
 */
export async function listenToOutput(
  { docker }: Engine,
  id: string,
  tty: boolean,
  signal: AbortSignal,
): Promise<() => Promise<string>> {
  const options = { stream: true, stdout: true, stderr: true, abortSignal: signal };
  const output = buffer((await docker.getContainer(id).attach(options)) as unknown as AsyncIterable<Buffer>);
  // It may break while something else fails, which is what the user is told of.
  output.catch(() => undefined);
  return async () => logText(await output, tty);
}

/** The last lines; empty if there are none or they cannot be read (some log drivers keep nothing). */
export async function lastLines({ docker }: Engine, id: string, tty: boolean, count: number): Promise<string[]> {
  try {
    const data: unknown = await docker
      .getContainer(id)
      .logs({ follow: false, stdout: true, stderr: true, tail: count });
    const text = Buffer.isBuffer(data) ? logText(data, tty) : String(data);
    return text.split(/\r?\n/).filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}
