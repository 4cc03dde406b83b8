/** docker:index/remoteImage:RemoteImage: an image that is pulled, or built from a directory. */
import type { ResourceContext } from "../../plugin/handlers";
import type { Engine } from "../engine/connect";
import { ask } from "../engine/errors";
import type { Found, ResourceType } from "../resource";
import { remoteImageFields } from "../schema/remote-image";
import type { Properties } from "../schema/types";
import { buildImage, type BuildInputs } from "./build";
import { findImage, repoDigest, type LocalImage } from "./lookup";
import { ensureImage } from "./pull";

/**
 * The image. As with the official plugin a replacement makes the new one first and removing goes by name: without
 * `keepLocally` a replaced image takes the new tag with it.
 */
export const remoteImage: ResourceType = {
  fields: remoteImageFields,
  autoNamed: false,
  oldGoesFirst: "never",

  async create(engine, inputs, context) {
    if (inputs["build"]) await buildImage(engine, nameOf(inputs), inputs["build"] as unknown as BuildInputs, context);
    return found(inputs, await ensure(engine, inputs, context));
  },

  async read(engine, id, state) {
    if (state["name"] === undefined)
      throw new Error(
        `an image cannot be imported (${id}); declare it instead: one that is present is not pulled again`,
      );
    const image = await findImage(engine, nameOf(state));
    return image && found(state, image);
  },

  async update(engine, _state, inputs, context) {
    return found(inputs, await ensure(engine, inputs, context)).outputs;
  },

  async delete(engine, _id, state) {
    if (state["keepLocally"] === true || !(await findImage(engine, nameOf(state)))) return;
    await ask("Unable to remove Docker image", engine.host, () =>
      engine.docker.getImage(nameOf(state)).remove({ force: state["forceRemove"] === true }),
    );
  },
};

const nameOf = (properties: Properties): string => String(properties["name"]);

async function ensure(engine: Engine, inputs: Properties, context: ResourceContext): Promise<LocalImage> {
  try {
    return await ensureImage(engine, nameOf(inputs), String(inputs["platform"] ?? ""), context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new Error(`Unable to read Docker image into resource: ${(error as Error).message}`, { cause: error });
  }
}

function found(properties: Properties, { id, repoDigests }: LocalImage): Found {
  const name = nameOf(properties);
  return { id: id + name, outputs: { ...properties, imageId: id, repoDigest: repoDigest(name, repoDigests) } };
}
