/** The stream of JSON messages that a pull or a build sends. */
import type { Readable } from "node:stream";

/** One message; pulls have an id for each layer. */
export interface EngineMessage {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** Output of a build step. */
  readonly stream?: string;
  readonly errorDetail?: { readonly message?: string };
  /** Deprecated since version 1.48 of Docker's API; some engines send nothing else. */
  readonly error?: string;
}

/** Reads the stream to its end. @throws Error with the engine's message, if it reports a failure */
export async function followMessages(
  stream: NodeJS.ReadableStream,
  each: (message: EngineMessage) => void,
): Promise<void> {
  let failure: string | undefined;
  let rest = "";
  for await (const text of (stream as Readable).setEncoding("utf8")) {
    const lines = (rest + String(text)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((part) => part.trim() !== "")) {
      const message = JSON.parse(line) as EngineMessage;
      failure ??= message.errorDetail?.message ?? message.error;
      each(message);
    }
  }
  if (failure !== undefined) throw new Error(failure);
}
