/** Writes what comes, no faster than it is taken. */

interface Sink {
  write(chunk: Buffer): boolean;
  once(event: "drain", ready: () => void): unknown;
  end(): void;
}

/** Writes all of `content` and ends the sink. Who made it hears of its errors. `each` sees every chunk before. */
export async function pump(
  sink: object,
  content: AsyncIterable<Buffer> | readonly Buffer[],
  each?: (chunk: Buffer) => void,
) {
  const to = sink as Sink;
  for await (const chunk of content) {
    each?.(chunk);
    if (!to.write(chunk)) await new Promise<void>((ready) => to.once("drain", ready));
  }
  to.end();
}
