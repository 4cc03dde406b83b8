/** The gateway's four files as data. Keys and meaning are those of mcp-gateway v0.43; unknown keys, which it ignores, are faults here. */
import { z } from "zod";

/** The texts of the four files; undefined: the file is missing. */
export interface CatalogSources {
  readonly catalog: string | undefined;
  readonly registry: string | undefined;
  readonly config: string | undefined;
  readonly tools: string | undefined;
}

export type SourceName = keyof CatalogSources;

/** Paths of the files in the checkout. They are stable: users edit them. */
export const SOURCE_FILES: Readonly<Record<SourceName, string>> = {
  catalog: "docker/mcp-gateway/catalogs/agent-hub.yaml",
  registry: "docker/mcp-gateway/registry/all.yaml",
  config: "docker/mcp-gateway/config.yaml",
  tools: "docker/mcp-gateway/tools.yaml",
};

const text = z.string({ error: "is not text; write a text" });
const flag = z.boolean({ error: "is neither true nor false; write one of them" });
const list = <T extends z.ZodType>(item: T) =>
  z.array(item, { error: "is not a list; write one item a line, each after a dash" });
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is no name of an environment variable; use letters, digits and _");
/** `=` would end the name in the secrets file, and the gateway takes a line with # for a comment. */
const secretName = z.string().regex(/^[^\s=#]+$/, "is no name of a secret; write it without spaces, = and #");

const server = z.strictObject({
  type: z.enum(["server", "remote"], { error: 'is neither "server" nor "remote"; write one of them' }),
  name: text.optional(),
  title: text.optional(),
  description: text.optional(),
  icon: text.optional(),
  readme: text.optional(),
  image: text.optional(),
  longLived: flag.optional(),
  remote: z
    .strictObject({
      url: text,
      transport_type: z
        .enum(["streamable-http", "http", "sse"], { error: "is no transport; write streamable-http, http or sse" })
        .optional(),
      headers: z.record(z.string(), text).optional(),
    })
    .optional(),
  secrets: list(z.strictObject({ name: secretName, env: variable })).optional(),
  env: list(z.strictObject({ name: variable, value: text })).optional(),
  command: list(text).optional(),
  volumes: list(text).optional(),
  user: text.optional(),
  disableNetwork: flag.optional(),
  allowHosts: list(text).optional(),
  extraHosts: list(text).optional(),
  prefix: text.optional(),
  // For people and for tools of Docker; the gateway does not act on them.
  tools: list(z.looseObject({ name: text })).optional(),
  config: list(z.unknown()).optional(),
  oauth: z.unknown().optional(),
  metadata: z.unknown().optional(),
});

/** It becomes a label, a key in other files and an item of a comma list. */
const serverName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "is no server name; use letters, digits, dots, _ and -");
const record = <T extends z.ZodType>(value: T) =>
  z.record(serverName, value, { error: "is not a map; write NAME: and its value" });

export const SCHEMAS = {
  catalog: z.strictObject({ name: text, displayName: text.optional(), registry: record(server) }),
  registry: z.strictObject({
    registry: record(z.strictObject({ ref: z.literal("", { error: 'is not ""; write ref: ""' }) })),
  }),
  config: record(z.record(z.string(), z.unknown(), { error: "is not a map; write key: value below the server" })),
  tools: record(list(text)),
} as const;

export type CatalogServer = z.infer<typeof server>;
/** The four files, read. */
export type CatalogData = { readonly [K in SourceName]: z.infer<(typeof SCHEMAS)[K]> };

/** The key of a server in config.yaml: the gateway writes dots as _. */
export const configKey = (name: string): string => name.replaceAll(".", "_");
