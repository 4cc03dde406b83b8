/** Secrecy of what a command made. */
import { containsSecret, secret, type PropertyMap } from "../plugin/properties";

/** What a command made, as secrets if any of its inputs was one: it may have printed it. */
export function hiddenWith(inputs: PropertyMap, made: PropertyMap): PropertyMap {
  if (!containsSecret(inputs)) return made;
  const hidden = Object.entries(made).map(([name, value]) => [name, value === undefined ? value : secret(value)]);
  return Object.fromEntries(hidden) as PropertyMap;
}
