/** Inputs of local commands: their types, and every fault in them at once. */
import type { CheckFailure } from "../plugin/handlers";
import { isMap, Secret, Unknown, type PropertyMap, type PropertyValue } from "../plugin/properties";

type InputType = "string" | "boolean" | "strings" | "string map" | "list" | "logging";

/** Values of `logging`: which output of a command is shown while it runs. */
export const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"] as const;

/** What every local command takes, without what to run. */
const SHARED: Readonly<Record<string, InputType>> = {
  stdin: "string",
  logging: "logging",
  interpreter: "strings",
  dir: "string",
  environment: "string map",
  assetPaths: "strings",
  archivePaths: "strings",
  addPreviousOutputInEnv: "boolean",
};

/** Inputs of `command:local:Command`. */
export const COMMAND_INPUTS: Readonly<Record<string, InputType>> = {
  ...SHARED,
  create: "string",
  update: "string",
  delete: "string",
  triggers: "list",
};

/** Arguments of `command:local:run`. */
export const RUN_INPUTS: Readonly<Record<string, InputType>> = { ...SHARED, command: "string" };

/** The shared inputs as plain values. */
export interface BaseInputs {
  readonly stdin?: string;
  readonly logging?: (typeof LOGGING)[number];
  readonly interpreter?: readonly string[];
  readonly dir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly assetPaths?: readonly string[];
  readonly archivePaths?: readonly string[];
  readonly addPreviousOutputInEnv?: boolean;
}

/** Faults of the inputs, each with the path of its property. Unknown values pass: they are looked at when known. */
export function inputFaults(inputs: PropertyMap, types: Readonly<Record<string, InputType>>): CheckFailure[] {
  return Object.entries(inputs).flatMap(([property, value]) => {
    const type = types[property];
    if (type) return valueFaults(property, value, type);
    return [{ property, reason: `unknown property "${property}"; known are ${Object.keys(types).sort().join(", ")}` }];
  });
}

/** The inputs that are set, without the engine's own (`version`, names with two leading underscores). */
export function ownInputs(inputs: PropertyMap): PropertyMap {
  const own = ([name, value]: [string, PropertyValue | undefined]): boolean =>
    value !== null && value !== undefined && name !== "version" && !name.startsWith("__");
  return Object.fromEntries(Object.entries(inputs).filter(own));
}

/** @param within whether the value lies inside a secret, and must not be shown */
function valueFaults(
  property: string,
  wrapped: PropertyValue | undefined,
  type: InputType,
  within = false,
): CheckFailure[] {
  const hidden = within || wrapped instanceof Secret;
  const value = wrapped instanceof Secret ? wrapped.value : wrapped;
  if (value === undefined || value === null || value instanceof Unknown) return [];
  const wrong = (expected: string): CheckFailure[] => [
    { property, reason: `expected ${expected}, got ${hidden ? "a secret of another type" : describe(value)}` },
  ];
  const textFaults = (key: string, item: PropertyValue | undefined): CheckFailure[] =>
    valueFaults(`${property}[${key}]`, item, "string", hidden);
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type ? [] : wrong(`a ${type}`);
    case "logging":
      return LOGGING.some((known) => known === value) ? [] : wrong(`one of ${LOGGING.join(", ")}`);
    case "list":
      return Array.isArray(value) ? [] : wrong("a list");
    case "strings":
      if (!Array.isArray(value)) return wrong("a list of strings");
      return value.flatMap((item, index) => textFaults(String(index), item));
    case "string map":
      if (!isMap(value)) return wrong("a map of strings");
      return Object.entries(value).flatMap(([key, item]) => textFaults(JSON.stringify(key), item));
  }
}

function describe(value: PropertyValue): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return `the ${typeof value} ${JSON.stringify(value)}`;
  return "an object";
}
