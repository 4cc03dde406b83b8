/** The engine's image calls: look, import, build, pull. Classic builder, so that BuildKit is not needed. */
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { PullMessage } from "./layers";
import type { Step } from "./progress";
import { Tail } from "./run";

/** A message that ends a stream of them before its time. */
export interface EngineFailure {
  readonly errorDetail?: { readonly message?: string };
  /** Deprecated since version 1.48 of Docker's API; some engines send nothing else. */
  readonly error?: string;
}

/** One message of a build, import or pull. */
interface EngineMessage extends PullMessage, EngineFailure {
  /** Output of a build. */
  readonly stream?: string;
}

/** Why the engine gave up, as a message of its stream says it; undefined: it did not. */
export const failureOf = ({ errorDetail, error }: EngineFailure): string | undefined => errorDetail?.message ?? error;

/** Loaded when an engine is talked to: it takes a quarter of a second, which commands that only read files need not wait. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const client = (): typeof Docker => require("dockerode") as typeof Docker;

/** Connects to an address as in DOCKER_HOST (unix://PATH, tcp://HOST:PORT) or a socket path; without one, to what DOCKER_HOST says. */
export function connect(address?: string): Docker {
  const Client = client();
  if (address === undefined) return new Client();
  if (!address.startsWith("tcp://"))
    // Host and protocol would come from DOCKER_HOST and DOCKER_TLS_VERIFY, and a host goes before a socket.
    return new Client({ socketPath: address.replace(/^unix:\/\//, ""), host: undefined, protocol: "http" });
  const { hostname, port } = new URL(address);
  return new Client({ protocol: "http", host: hostname, port: Number(port) });
}

/** Throws an error that names the engine's address if it does not answer. */
export async function ping(docker: Docker, socket?: string): Promise<void> {
  try {
    await docker.ping();
  } catch (error) {
    const address = socket ?? process.env.DOCKER_HOST ?? "/var/run/docker.sock";
    throw new Error(
      `no container engine answers at ${address}: ${(error as Error).message}; start it, or name another by DOCKER_HOST`,
      {
        cause: error,
      },
    );
  }
}

const isMissing = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 404;

/** Whether the engine has the image; other errors than "not found" are thrown. */
export async function hasImage(docker: Docker, reference: string): Promise<boolean> {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Reads the engine's messages to the end; throws its error, with the last lines of a build. */
function follow(docker: Docker, stream: NodeJS.ReadableStream, each: (message: EngineMessage) => void): Promise<void> {
  const tail = new Tail();
  return new Promise((resolve, reject) => {
    let failure: string | undefined;
    const finished = (error: Error | null): void => {
      const message = failure ?? error?.message;
      const output = String(tail);
      if (message === undefined) resolve();
      else reject(new Error(output === "" ? message : `${message}; last lines:\n${output}`));
    };
    docker.modem.followProgress(stream, finished, (message: EngineMessage) => {
      tail.add(message.stream ?? "");
      failure ??= failureOf(message);
      each(message);
    });
  });
}

const shownBy =
  (step: Step) =>
  ({ stream, status = "" }: EngineMessage): void =>
    step.note(stream ?? status);

/** Makes an image of a packed root file system; `reference` is repository:tag. */
export async function importImage(
  docker: Docker,
  step: Step,
  tar: Readable,
  reference: string,
  label: string,
): Promise<void> {
  const [repo, tag] = reference.split(":");
  await follow(docker, await docker.importImage(tar, { repo, tag, changes: `LABEL ${label}` }), shownBy(step));
}

export interface BuildOptions {
  readonly reference: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Builds a packed context. */
export async function buildImage(
  docker: Docker,
  step: Step,
  context: NodeJS.ReadableStream,
  options: BuildOptions,
): Promise<void> {
  const stream = await docker.buildImage(context, {
    t: options.reference,
    buildargs: { ...options.buildArguments },
    labels: { ...options.labels },
    rm: true,
    forcerm: true,
    version: "1",
  });
  await follow(docker, stream, shownBy(step));
}

/** Removes what the build stages of one image left behind: they hold the host's client configuration. */
export async function removeBuildStages(docker: Docker, name: string): Promise<void> {
  await docker.pruneImages({ filters: { dangling: ["true"], label: [`mcp-stack.build-stage=${name}`] } });
}

/** Pulls a reference; an aborted pull ends with an error, and the engine gives it up. */
export async function pullImage(
  docker: Docker,
  reference: string,
  each: (message: PullMessage) => void,
  abortSignal?: AbortSignal,
): Promise<void> {
  const stream = (await docker.pull(reference, { abortSignal })) as NodeJS.ReadableStream;
  await follow(docker, stream, each);
}
