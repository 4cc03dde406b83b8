/** Property maps of the plugin framework as plain trees: secrets open, unknowns as the protocol's own mark. */
import { Asset, isMap, Secret, Unknown, type PropertyMap, type PropertyValue } from "../../plugin/properties";
import { UNKNOWN, type Properties, type Value } from "../schema/types";

/** For planning and for the engine. An asset becomes an object, which no property takes. */
export function toPlain(map: PropertyMap): Properties {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, plainValue(value)]));
}

/** Back into the framework's form, in which the mark of an unknown stays what it is. */
export const fromPlain = (properties: Properties): PropertyMap => properties as PropertyMap;

function plainValue(value: PropertyValue | undefined): Value {
  if (value instanceof Secret) return plainValue(value.value);
  if (value instanceof Unknown) return UNKNOWN;
  if (value instanceof Asset) return toPlain(value.body);
  if (Array.isArray(value)) return value.map(plainValue);
  return isMap(value) ? toPlain(value) : (value as Value);
}
