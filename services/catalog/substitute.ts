/** Two kinds of gaps in the files: `${name}`, filled in by the program, and `{{server.key|filter}}`, filled in by the gateway. */

/** What the program fills in. */
export interface CatalogValues {
  /** Name of the volume that filesystem and git share. */
  readonly workspaceVolume: string;
  /** Name of the volume with the memory server's file. */
  readonly memoryVolume: string;
  /** "uid:gid" that both belong to. */
  readonly dataUser: string;
}

export const VALUE_NAMES: readonly (keyof CatalogValues)[] = ["workspaceVolume", "memoryVolume", "dataUser"];

/** Other `${names}` stay as they are: the gateway fills in a server's own secrets in the same notation. */
const fill = (text: string, values: CatalogValues): string =>
  VALUE_NAMES.reduce((filled, name) => filled.replaceAll(`\${${name}}`, values[name]), text);

/** A copy of any plain data with the program's values in all of its texts. */
export function filled<T>(data: T, values: CatalogValues): T {
  if (typeof data === "string") return fill(data, values) as T;
  if (Array.isArray(data)) return data.map((item: unknown) => filled(item, values)) as T;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, filled(value as unknown, values)])) as T;
}
