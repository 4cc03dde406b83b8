/** Makes a container: create, connect, upload, start, wait. */
import { InitFailed, type ResourceContext } from "../../plugin/handlers";
import type { Engine } from "../engine/connect";
import { ask, daemonText } from "../engine/errors";
import { ensureImage } from "../image/pull";
import { fromPlain } from "../plan/plain";
import { createdOutputs } from "../plan/created";
import { tainted } from "../plan/taint";
import type { Found } from "../resource";
import { containerFields } from "../schema/container";
import type { Properties } from "../schema/types";
import { createBody } from "./body";
import { waitUntilHealthy } from "./health";
import { asInputs, type ContainerInputs } from "./inputs";
import { inspect } from "./inspection";
import { createOrTakeOver } from "./leftover";
import { listenToOutput } from "./logs";
import { connectNetworks } from "./networks";
import { containerOutputs } from "./outputs";
import { inWordsOfState } from "./podman";
import { packUploads } from "./uploads";

/**
 * Makes the container. Once it exists, a failure leaves it for the user to look at, recorded so that the next update
 * replaces it; a cancelled update removes it.
 */
export async function createContainer(engine: Engine, checked: Properties, context: ResourceContext): Promise<Found> {
  const inputs = asInputs(checked);
  await haveImage(engine, inputs, context);
  const body = createBody(inputs, engine.apiVersion);
  context.signal.throwIfAborted();
  const id = await createOrTakeOver(engine, inputs, body);
  engine.made.add(id);
  try {
    const printed = await bringUp(engine, id, inputs, context);
    return { id, outputs: await outputsOf(engine, id, checked, printed) };
  } catch (error) {
    if (context.signal.aborted) throw await removeUnfinished(engine, id, inputs.name, context);
    const outputs = await outputsOf(engine, id, checked, {}).catch(() => checked);
    throw new InitFailed(id, fromPlain(tainted(outputs)), fromPlain(checked), [(error as Error).message]);
  }
}

async function haveImage(engine: Engine, { image }: ContainerInputs, context: ResourceContext): Promise<void> {
  try {
    await ensureImage(engine, image, "", context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new Error(`Unable to create container with image ${image}: ${(error as Error).message}`, { cause: error });
  }
}

/** Gives what only the run itself can tell. */
async function bringUp(
  engine: Engine,
  id: string,
  inputs: ContainerInputs,
  context: ResourceContext,
): Promise<Properties> {
  const { docker, host } = engine;
  const container = docker.getContainer(id);
  await connectNetworks(engine, id, inputs);
  if (inputs.uploads?.length) {
    const files = packUploads(inputs.uploads);
    await ask("Unable to upload volume content", host, () =>
      container.putArchive(files as unknown as NodeJS.ReadableStream, { path: "/" }),
    );
  }
  context.signal.throwIfAborted();
  if (!inputs.start) return {};
  const { attach, logs, tty } = inputs;
  const printed = attach && logs ? await listenToOutput(engine, id, tty, context.signal) : undefined;
  await ask("Unable to start container", host, () => container.start());
  if (inputs.wait) await waitUntilHealthy(engine, id, inputs, context);
  if (!attach) return {};
  // Its end, whatever its exit code.
  const end = { abortSignal: context.signal };
  await ask("Unable to wait container end of execution", host, () => container.wait(end));
  return printed ? { containerLogs: await printed() } : {};
}

async function outputsOf(engine: Engine, id: string, inputs: Properties, printed: Properties): Promise<Properties> {
  const info = await inspect(engine, id);
  // With rm and attach it has gone by itself.
  const told = info ? containerOutputs(info, inputs) : inputs;
  const read = engine.podman ? inWordsOfState(told, inputs) : told;
  return createdOutputs(containerFields, inputs, { ...read, ...printed }, ["capabilities", "platform"]);
}

/** Removes what was not finished; gives the error that says so. */
async function removeUnfinished(engine: Engine, id: string, name: string, { signal }: ResourceContext): Promise<Error> {
  const why = `container "${name}" was not finished: ${(signal.reason as Error).message}`;
  try {
    await engine.docker.getContainer(id).remove({ force: true, v: true });
    return new Error(`${why}. It was removed.`);
  } catch (error) {
    const text = daemonText(error, engine.host);
    return new Error(`${why}. It could not be removed (${text}); the next update tries again.`);
  }
}
