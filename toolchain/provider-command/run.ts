/** The function `command:local:run`: a command that runs in every preview and update. */
import type { InvokeHandler } from "../plugin/handlers";
import {
  containsSecret,
  reveal,
  secret,
  UNKNOWN,
  containsUnknown,
  type PropertyMap,
  type PropertyValue,
} from "../plugin/properties";
import { execute } from "./execute";
import { inputFaults, ownInputs, RUN_INPUTS, type BaseInputs } from "./inputs";

/** Runs the command and answers its arguments, `stdout`, `stderr`, `assets` and `archive`. */
export const runFunction: InvokeHandler = async ({ args, ...context }) => {
  const inputs = ownInputs(args);
  const failures = inputFaults(inputs, RUN_INPUTS);
  if (inputs.command === undefined) failures.push({ property: "command", reason: "missing; set the command to run" });
  if (failures.length > 0) return { failures };
  if (containsUnknown(inputs)) return { outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
  const plain = reveal(inputs);
  const outputs = await execute(String(plain.command), plain as BaseInputs, {}, context);
  const hide = containsSecret(inputs) ? secret : (value: PropertyValue): PropertyValue => value;
  const own = Object.entries(outputs as unknown as PropertyMap).map(([name, value]) => [
    name,
    value === undefined ? value : hide(value),
  ]);
  return { outputs: { ...inputs, ...Object.fromEntries(own) } };
};
