/** Creates containers, over those that an interrupted update left behind. */
import type { Engine } from "../engine/connect";
import { ask, daemonText, statusOf } from "../engine/errors";
import { findImage } from "../image/lookup";
import { labelMap, sameLabels } from "../labels";
import type { CreateBody } from "./body";
import type { ContainerInputs } from "./inputs";
import { inspect } from "./inspection";

/**
 * Creates the container and gives its id. A process that is killed between create and the answer leaves a container that
 * no state knows; one of the same name with exactly the wanted labels is taken for that, removed, and made anew.
 *
 * @throws Error in the official words if the engine refuses, or somebody else's container has the name
 */
export async function createOrTakeOver(engine: Engine, inputs: ContainerInputs, body: CreateBody): Promise<string> {
  const { docker, host } = engine;
  const { name, platform } = inputs;
  const create = async (): Promise<string> => {
    // Apart, so that environment and labels do not get into the address of the call, as dockerode would do.
    const call = { _query: { name, ...(platform ? { platform } : {}) }, _body: body };
    return (await docker.createContainer(call as unknown as Parameters<typeof docker.createContainer>[0])).id;
  };
  try {
    return await create();
  } catch (error) {
    const text = `Unable to create container: ${daemonText(error, host)}`;
    if (statusOf(error) !== 409) throw new Error(text, { cause: error });
    const leftover = await leftoverOf(engine, inputs);
    if (leftover === undefined)
      throw new Error(`${text} It is not of this stack: remove it (docker rm -f ${name}) or choose another name.`);
    await ask(`Unable to remove container "${name}" of an interrupted update`, host, () =>
      docker.getContainer(leftover).remove({ force: true, v: true }),
    );
    return ask("Unable to create container", host, create);
  }
}

async function leftoverOf(engine: Engine, { name, labels }: ContainerInputs): Promise<string | undefined> {
  const info = await inspect(engine, name);
  if (!info || engine.made.has(info.Id)) return undefined;
  const wanted = labelMap(labels);
  const ofImage = (await findImage(engine, info.Image))?.labels ?? {};
  const isOurs = Object.keys(wanted).length > 0 && sameLabels(info.Config.Labels, { ...ofImage, ...wanted });
  return isOurs ? info.Id : undefined;
}
