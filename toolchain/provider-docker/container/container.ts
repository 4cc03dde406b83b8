/** docker:index/container:Container. */
import { ask } from "../engine/errors";
import { equal } from "../plan/canonical";
import { plannedUpdate } from "../plan/planned";
import type { ResourceType } from "../resource";
import { containerFields } from "../schema/container";
import type { Properties } from "../schema/types";
import { changeableResources } from "./body-resources";
import { createContainer } from "./create";
import { deleteContainer } from "./delete";
import { asInputs } from "./inputs";
import { inspect } from "./inspection";
import { containerOutputs } from "./outputs";
import { alignPorts } from "./outputs-network";
import { inWordsOfState } from "./podman";
import { uploadFaults } from "./uploads";

/** Changes of these reach the container; the official plugin records those of the others and does nothing. */
const APPLIED = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "cpuSet",
  "memory",
  "memoryReservation",
  "memorySwap",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
] as const;

/** An imported container says nothing of how the provider shall treat it. */
const IMPORTED: Properties = Object.fromEntries(
  Object.entries(containerFields).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default]],
  ),
);

/** A container. Its id is the engine's. */
export const container: ResourceType = {
  fields: containerFields,
  autoNamed: true,
  oldGoesFirst: "always",
  faults: ({ uploads }) => uploadFaults(uploads),
  aligned: alignPorts,
  create: createContainer,
  delete: deleteContainer,

  async read(engine, id, state) {
    const info = await inspect(engine, id);
    if (info === undefined) return undefined;
    const outputs = containerOutputs(info, state["name"] === undefined ? IMPORTED : state);
    return { id: info.Id, outputs: engine.podman ? inWordsOfState(outputs, state) : outputs };
  },

  async update({ docker, host }, state, inputs, _context, id) {
    if (state["mustRun"] === false && inputs["mustRun"] === true && inputs["start"] === true)
      await ask("Unable to start container", host, () => docker.getContainer(id).start());
    const changed = APPLIED.some((name) => !equal(containerFields[name]!, state[name], inputs[name]));
    if (changed)
      await ask("Unable to update a container", host, () => docker.getContainer(id).update(updateBody(inputs)));
    return plannedUpdate(containerFields, state, inputs);
  },
};

function updateBody(checked: Properties): object {
  const inputs = asInputs(checked);
  const RestartPolicy = { Name: inputs.restart, MaximumRetryCount: inputs.maxRetryCount ?? 0 };
  return { ...changeableResources(inputs), RestartPolicy };
}
