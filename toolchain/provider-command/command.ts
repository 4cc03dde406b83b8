/** The resource type `command:local:Command`. */
import crypto from "node:crypto";
import type { ResourceContext, ResourceHandler } from "../plugin/handlers";
import { objectDiff } from "../plugin/object-diff";
import {
  Asset,
  containsSecret,
  reveal,
  secret,
  UNKNOWN,
  type PropertyMap,
  type PropertyValue,
} from "../plugin/properties";
import { execute, type CommandOutputs } from "./execute";
import { COMMAND_INPUTS, inputFaults, ownInputs, type BaseInputs } from "./inputs";

/** Outputs that a command makes, beside the inputs that are repeated. */
const OWN_OUTPUTS = ["stdout", "stderr", "assets", "archive"] as const;

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
    if (preview) return { id, outputs: outputsOf(inputs, { stdout: UNKNOWN, stderr: UNKNOWN }) };
    return { id, outputs: outputsOf(inputs, await runCommand(inputs.create, inputs, {}, context)) };
  },

  read({ id, state, inputs }) {
    return { id, outputs: state, inputs };
  },

  async update({ state, news, preview, ...context }) {
    const previous = Object.fromEntries(
      OWN_OUTPUTS.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]),
    );
    if (preview) return outputsOf(news, Object.fromEntries(Object.keys(previous).map((name) => [name, UNKNOWN])));
    return outputsOf(news, await runCommand(news.update ?? news.create, news, previous, context));
  },

  async delete({ state, ...context }) {
    if (state.delete !== undefined) await runCommand(state.delete, state, state, context);
  },
};

/** Runs a command, if there is one; without one the outputs stay as they were. */
async function runCommand(
  command: PropertyValue | undefined,
  inputs: PropertyMap,
  previous: PropertyMap,
  context: Pick<ResourceContext, "log" | "signal">,
): Promise<PropertyMap> {
  const outputs = reveal(previous) as Partial<CommandOutputs>;
  const text = reveal(command);
  if (typeof text !== "string") return { ...previous, stdout: previous.stdout ?? "", stderr: previous.stderr ?? "" };
  const result = await execute(text, reveal(inputs) as BaseInputs, outputs, context);
  return { ...keptFiles(outputs), ...result } as PropertyMap;
}

/** A run without `assetPaths` keeps the assets of the run before, like the official plugin. */
function keptFiles({ assets, archive }: Partial<CommandOutputs>): PropertyMap {
  return { assets: assets as PropertyMap | undefined, archive: archive as Asset | undefined };
}

/** The inputs repeated, and what the command made: secret if any input was, since it may have printed it. */
function outputsOf(inputs: PropertyMap, made: PropertyMap): PropertyMap {
  const hide = containsSecret(inputs) ? secret : (value: PropertyValue): PropertyValue => value;
  const own = OWN_OUTPUTS.flatMap((name) => (made[name] === undefined ? [] : [[name, hide(made[name])] as const]));
  return { ...inputs, ...Object.fromEntries(own) };
}
