/** Programs in running containers, with streams in place of buffers. */
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { pump } from "./backup/pump";

export interface Program {
  readonly command: readonly string[];
  /** Standard input; it is closed after it. Unset: there is none. */
  readonly input?: AsyncIterable<Buffer>;
  /** Ends the reading; the program itself goes on where it does not notice. */
  readonly signal?: AbortSignal;
}

/** Characters of standard error that a failure shows. */
const SHOWN = 2_000;

/** Both outputs of a container come in one stream, in frames: a byte that says which, three of nothing, four of length. */
async function* frames(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly error: boolean; readonly data: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      yield { error: rest[0] === 2, data: rest.subarray(8, end) };
      rest = rest.subarray(end);
    }
  }
}

/**
 * Runs a program in a container; what it writes to standard output comes as it is written, no faster than it is taken.
 *
 * @throws Error with the end of standard error unless its exit code is 0
 */
export async function* execOutput(
  container: Docker.Container,
  { command, input, signal }: Program,
): AsyncGenerator<Buffer> {
  const AttachStdin = input !== undefined;
  const exec = await container.exec({ Cmd: [...command], AttachStdin, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: AttachStdin });
  // A program that ends before it has read all closes the stream: its exit code and its words say why.
  const fed = input === undefined ? Promise.resolve() : pump(stream, input);
  fed.catch((error: Error) => stream.destroy(error));
  signal?.addEventListener("abort", () => stream.destroy(new Error(`${command[0]} takes too long`)));
  let said = "";
  for await (const { error, data } of frames(stream as Readable)) {
    if (error) said = (said + data.toString()).slice(-SHOWN);
    else yield data;
  }
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`${command[0]} ended with exit code ${ExitCode}: ${said.trim()}`);
}

/** The same, for a program that says little. */
export const execText = (container: Docker.Container, program: Program): Promise<string> =>
  text(execOutput(container, program));
