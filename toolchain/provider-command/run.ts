/** The function `command:local:run`: a command that runs in every preview and update. */
import type { InvokeHandler } from "../plugin/handlers";
import { containsUnknown, reveal, UNKNOWN } from "../plugin/properties";
import { execute } from "./execute";
import { inputFaults, ownInputs, RUN_INPUTS, type BaseInputs } from "./inputs";
import { hiddenWith } from "./secrets";

/** Runs the command and answers its arguments, `stdout`, `stderr`, `assets` and `archive`. */
export const runFunction: InvokeHandler = async ({ args, ...context }) => {
  const inputs = ownInputs(args);
  const failures = inputFaults(inputs, RUN_INPUTS);
  if (inputs.command === undefined) failures.push({ property: "command", reason: "missing; set the command to run" });
  if (failures.length > 0) return { failures };
  if (containsUnknown(inputs)) return { outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
  const plain = reveal(inputs);
  const made = await execute(String(plain.command), plain as BaseInputs, {}, context);
  return { outputs: { ...inputs, ...hiddenWith(inputs, made) } };
};
