/** Programs in a running container. */
import { PassThrough } from "node:stream";
import type Docker from "dockerode";

/** Runs a program to its end; `output` is what it says on both streams. */
export async function runInside(
  container: Docker.Container,
  command: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const said: Buffer[] = [];
  const sink = new PassThrough().on("data", (part: Buffer) => said.push(part));
  container.modem.demuxStream(stream, sink, sink);
  await new Promise((resolve, reject) => stream.once("end", resolve).once("error", reject));
  const { ExitCode } = await exec.inspect();
  return { code: ExitCode, output: Buffer.concat(said).toString("utf8") };
}
