/** The resource type `command:local:Command`. */
import crypto from "node:crypto";
import type { ResourceContext, ResourceHandler } from "../plugin/handlers";
import { objectDiff } from "../plugin/object-diff";
import { reveal, UNKNOWN, type PropertyMap, type PropertyValue } from "../plugin/properties";
import { execute, filesOf } from "./execute";
import { COMMAND_INPUTS, inputFaults, ownInputs, type BaseInputs } from "./inputs";
import { hiddenWith } from "./secrets";

/** Runs `create`, `update` and `delete` at those moments of the resource's life. */
export const commandResource: ResourceHandler = {
  check({ news }) {
    const inputs = ownInputs(news);
    return { inputs, failures: inputFaults(inputs, COMMAND_INPUTS) };
  },

  /** Plain updates, also for `triggers`: the SDK asks the engine to replace on those. */
  diff({ oldInputs, news }) {
    return { changes: objectDiff(ownInputs(oldInputs), ownInputs(news)) };
  },

  async create({ inputs, preview, ...context }) {
    const id = `${context.name}${crypto.randomBytes(4).toString("hex")}`;
    return { id, outputs: preview ? planned(inputs) : await runCommand(inputs.create, inputs, {}, context) };
  },

  /** The state as it is, with the files as they are: the engine hands assets over without their contents. */
  read({ id, state, inputs }) {
    return { id, outputs: { ...state, ...hiddenWith(state, filesOf(reveal(state) as BaseInputs)) }, inputs };
  },

  async update({ state, news, preview, ...context }) {
    return preview ? planned(news) : await runCommand(news.update ?? news.create, news, state, context);
  },

  async delete({ state, ...context }) {
    if (state.delete !== undefined) await runCommand(state.delete, state, state, context);
  },
};

/**
 * Runs a command, if there is one; without one, text outputs stay as they were.
 *
 * @param previous outputs of the run before
 * @returns the outputs in whole
 */
async function runCommand(
  command: PropertyValue | undefined,
  inputs: PropertyMap,
  previous: PropertyMap,
  context: Pick<ResourceContext, "log" | "signal">,
): Promise<PropertyMap> {
  const [text, plain] = [reveal(command), reveal(inputs) as BaseInputs];
  if (typeof text === "string") {
    return { ...inputs, ...hiddenWith(inputs, await execute(text, plain, reveal(previous), context)) };
  }
  const { stdout = "", stderr = "" } = previous;
  return { ...inputs, ...hiddenWith(inputs, { ...filesOf(plain), stdout, stderr }) };
}

/** The outputs of a run to come. */
function planned(inputs: PropertyMap): PropertyMap {
  return {
    ...inputs,
    stdout: UNKNOWN,
    stderr: UNKNOWN,
    assets: inputs.assetPaths && UNKNOWN,
    archive: inputs.archivePaths && UNKNOWN,
  };
}
