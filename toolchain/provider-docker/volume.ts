/** docker:index/volume:Volume. */
import type Docker from "dockerode";
import type { Engine } from "./engine/connect";
import { ask, askIfThere, daemonText, isMissing } from "./engine/errors";
import { removeWhenFree } from "./engine/removal";
import { labelMap, labelPairs } from "./labels";
import { createdOutputs } from "./plan/created";
import type { Found, ResourceType } from "./resource";
import { volumeFields } from "./schema/volume";
import type { Properties } from "./schema/types";

/** A volume; its id is its name. Making one that exists gives the existing one, with its data. */
export const volume: ResourceType = {
  fields: volumeFields,
  autoNamed: true,
  oldGoesFirst: "fixed name",

  async create(engine, inputs) {
    const { docker, host } = engine;
    await ask("Unable to create volume", host, () => docker.createVolume(createBody(inputs)));
    const found = await readVolume(engine, String(inputs["name"]), inputs);
    if (!found) throw new Error(`volume "${inputs["name"]}" was removed right after it was made; run the update again`);
    return { ...found, outputs: createdOutputs(volumeFields, inputs, found.outputs) };
  },

  read: readVolume,

  delete: ({ docker, host, removalMs }, id) =>
    removeWhenFree({
      state: "in_use",
      timeoutMs: removalMs,
      attempt: async () => {
        try {
          await docker.getVolume(id).remove({ force: true });
        } catch (error) {
          if (isMissing(error)) return undefined;
          const text = daemonText(error, host);
          if (!text.includes("volume is in use")) throw new Error(text, { cause: error });
          return `${text}; remove the containers that use it`;
        }
      },
    }),
};

function createBody(inputs: Properties): Docker.VolumeCreateOptions {
  return {
    Name: inputs["name"],
    Driver: inputs["driver"],
    DriverOpts: inputs["driverOpts"],
    Labels: labelMap(inputs["labels"]),
  } as unknown as Docker.VolumeCreateOptions;
}

async function readVolume({ docker, host }: Engine, id: string, state: Properties): Promise<Found | undefined> {
  const info = await askIfThere("Unable to inspect volume", host, () => docker.getVolume(id).inspect());
  if (!info) return undefined;
  const outputs = {
    ...state,
    name: info.Name,
    labels: labelPairs(info.Labels),
    driver: info.Driver,
    driverOpts: info.Options ?? {},
    mountpoint: info.Mountpoint,
  };
  return { id: info.Name, outputs };
}
