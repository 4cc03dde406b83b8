/** Runs a container to its end. */
import type Docker from "dockerode";
import type { ContainerArgs } from "../container-args";
import { createOptions, furtherNetworks } from "./options";

/** Lines of its log that a failure shows. */
const SHOWN_LINES = 40;

async function remove(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getContainer(name).remove({ force: true, v: true });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
}

interface Limits {
  readonly seconds: number;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal;
}

/** Exit code; undefined when it has not ended after so many seconds. */
async function exitCode(container: Docker.Container, { seconds, signal }: Limits): Promise<number | undefined> {
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    const abortSignal = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const { StatusCode } = (await container.wait({ abortSignal })) as { StatusCode: number };
    return StatusCode;
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return undefined;
    throw error;
  }
}

/** The log as text: the engine frames it, eight bytes before each piece (stream, 0, 0, 0, length). */
async function log(container: Docker.Container): Promise<string> {
  const framed = await container.logs({ follow: false, stdout: true, stderr: true, tail: SHOWN_LINES });
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= framed.length;) {
    const length = framed.readUInt32BE(at + 4);
    pieces.push(framed.toString("utf8", at + 8, at + 8 + length));
    at += 8 + length;
  }
  return pieces.join("").trimEnd();
}

/**
 * Runs it, and removes it. A container of the same name is what an interrupted run left: it is removed first.
 *
 * @throws Error with the end of its log when it ends with another exit code than 0, or not within `seconds`; the signal's
 * reason when that was given.
 */
export async function runOnce(docker: Docker, args: ContainerArgs, limits: Limits): Promise<void> {
  await remove(docker, args.name);
  const container = await docker.createContainer(createOptions(args));
  try {
    for (const { name, aliases } of furtherNetworks(args))
      await docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: { Aliases: aliases } });
    await container.start();
    const code = await exitCode(container, limits);
    if (code === 0) return;
    const how = code === undefined ? `did not end within ${limits.seconds} s` : `ended with exit code ${code}`;
    throw new Error(
      `${args.name} ${how}; it is run again by the next update. The end of its log:\n${await log(container)}`,
    );
  } finally {
    await remove(docker, container.id);
  }
}
