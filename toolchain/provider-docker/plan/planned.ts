/** What a preview answers: the outputs as far as they are known before the engine is asked. */
import { Field, Fields, isAbsent, isRecord, Properties, UNKNOWN, Value } from "../schema/types";
import { isZero } from "./canonical";
import { DEFAULTS, withoutInternals } from "./check";

/** Outputs of a resource that will be created: unknown for what only the engine can tell. */
export function plannedCreate(fields: Fields, inputs: Properties): Properties {
  const known = withoutInternals(inputs) as Properties;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) => {
      const value = known[key];
      if (isAbsent(value)) return field.computed || field.output ? [[key, UNKNOWN]] : [];
      return [[key, plannedValue(field, value)]];
    }),
  );
}

/** Computed fields inside list entries, such as a host port that the engine chooses, are unknown as well. */
function plannedValue(field: Field, value: Value): Value {
  const element = field.element;
  if (element?.type !== "object" || !Array.isArray(value)) return value;
  return value.map((item: Value) => (isRecord(item) ? { ...item, ...unknownsOf(element.fields ?? {}, item) } : item));
}

function unknownsOf(fields: Fields, item: Properties): Properties {
  const missing = Object.entries(fields).filter(([key, field]) => field.computed && isAbsent(item[key]));
  return Object.fromEntries(missing.map(([key]) => [key, UNKNOWN]));
}

/** Outputs after an update: the new inputs, and what was known of everything computed. */
export function plannedUpdate(fields: Fields, old: Properties, inputs: Properties): Properties {
  const known = withoutInternals(inputs) as Properties;
  const entries = Object.entries(fields).map(([key, field]): [string, Value] => {
    const keep = field.output || (field.computed && isAbsent(known[key]));
    return [key, keep ? old[key] : known[key]];
  });
  return Object.fromEntries(entries.filter(([, value]) => !isAbsent(value)));
}

/** Inputs of an imported resource: what was chosen, without what the engine fills in by itself. */
export function importedInputs(fields: Fields, outputs: Properties): Properties {
  const chosen = Object.entries(outputs).filter(([key, value]) => {
    const field = fields[key];
    if (field === undefined || field.output || field.computed) return false;
    return field.default === undefined ? !isZero(field, value) : true;
  });
  return { ...Object.fromEntries(chosen), [DEFAULTS]: [] };
}
