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

type Config = Readonly<Record<string, unknown>>;

const dig = (config: Config, key: string): unknown =>
  key
    .split(".")
    .reduce<unknown>(
      (inner, part) => (typeof inner === "object" && inner !== null ? (inner as Config)[part.trim()] : undefined),
      config,
    );

const listed = (value: unknown): string[] => {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
};

function applied(values: readonly string[], filter: string): readonly string[] {
  const [name = "", argument = ""] = filter.trim().split(/:(.*)/s);
  switch (name) {
    case "volume":
      return values.map((value) => `${value}:${value}`);
    case "first":
      return values.slice(0, 1);
    case "last":
      return values.slice(-1);
    case "mount_as":
      return values.slice(0, 1).map((value) => `${value}:${argument.trim()}`);
    case "or":
      return values.length > 0
        ? values
        : argument
            .replace(/^\[|\]$/g, "")
            .split(",")
            .filter(Boolean);
    default:
      return values; // into, volume-target: the same values in another shape
  }
}

/**
 * The texts that the gateway makes of one expression: several for a list, none where config.yaml has no value.
 * `config` is config.yaml as a whole.
 */
export function evaluated(expression: string, config: Config): readonly string[] {
  const gap = /\{\{(.*?)\}\}/s.exec(expression);
  if (gap === null) return [expression];
  const [key = "", ...filters] = (gap[1] ?? "").split("|");
  const values = filters.reduce(applied, listed(dig(config, key)) as readonly string[]);
  return values.flatMap((value) =>
    evaluated(
      expression.replace(gap[0], () => value),
      config,
    ),
  );
}
