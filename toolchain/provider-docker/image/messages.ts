/** The stream of JSON messages that a pull or a build sends. */
import readline from "node:readline";
import type { Readable } from "node:stream";

/** One message; pulls have an id for each layer. */
export interface EngineMessage {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** Output of a build step. */
  readonly stream?: string;
  readonly error?: string;
}

/**
 * Reads the stream to its end.
 *
 * @throws Error with the engine's message, if it reports a failure; the signal's reason, if it is aborted
 */
export async function followMessages(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal,
  each: (message: EngineMessage) => void,
): Promise<void> {
  let failure: string | undefined;
  const stop = (): void => void (stream as Readable).destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of readline.createInterface({ input: stream })) {
      if (line.trim() === "") continue;
      const message = JSON.parse(line) as EngineMessage;
      failure ??= message.error;
      each(message);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  if (failure !== undefined) throw new Error(failure);
}
