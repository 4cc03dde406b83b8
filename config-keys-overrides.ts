/** The config key of changes to single services; part of the table in config-keys.ts. */
import { z } from "zod";
import type { Key } from "./config-keys";
import { SERVICES } from "./config-names";
import * as values from "./config-values";

/** Changes to one service that the user asks for. */
export interface Override {
  /** Hard memory limit in MiB. */
  readonly memoryMiB?: number;
  /** Processes and threads that it may have at once. */
  readonly processes?: number;
  /** Extra plain environment variables; they win over the service's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Extra arguments, appended to the service's own. */
  readonly arguments?: readonly string[];
  /** Publishes the service's main port on 127.0.0.1 of the host. */
  readonly hostPort?: number;
}

/** An object that holds nothing but these keys; `what` names one of them. */
const only = <T extends z.core.$ZodLooseShape>(what: string, shape: T) =>
  z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === "unrecognized_keys"
        ? `${(keys as string[]).join(", ")} is no ${what} (choose from ${Object.keys(shape).join(", ")})`
        : undefined,
  });

/** `config set --path` makes numbers of digits; taken over as they are, 0755 would become 493. */
const TEXT = z.string("must be text: in quotes, or set with --type string");
const memoryMiB = z.number().int().min(6, "must be at least 6 (MiB), the engine's own minimum").optional();
const processes = z.number().int().min(16, "must be at least 16 (processes and threads)").optional();
const environment = z.record(z.string(), TEXT).optional();
const OVERRIDE: z.ZodType<Override> = only("override", {
  memoryMiB,
  processes,
  environment,
  arguments: z.array(TEXT).optional(),
  hostPort: z.number().int().min(1).max(65535).optional(),
});
/** Of a catalog server: it listens for nobody but the gateway, and its arguments are the catalog's. */
const SERVER_OVERRIDE: z.ZodType<Override> = only("override of a catalog server", {
  memoryMiB,
  processes,
  environment,
});

/** Whether a name may be a catalog server's, `mcp-NAME`; which there are is known once the catalog is read. */
export const isServerOverride = (name: string): boolean =>
  /^mcp-[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !SERVICES.some((service) => service === name);

/** What may be said of these services. */
function shapeFor(names: readonly string[]) {
  const own = SERVICES.map((name) => [name, OVERRIDE.optional()] as const);
  const servers = names.filter(isServerOverride).map((name) => [name, SERVER_OVERRIDE.optional()] as const);
  return only("service", Object.fromEntries([...own, ...servers]));
}

/** By service. */
const OVERRIDES: z.ZodType<Readonly<Record<string, Override | undefined>>> = z
  .looseObject({})
  .transform((value, context) => {
    const { data, error } = shapeFor(Object.keys(value)).safeParse(value);
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path: [...path], message });
    return data ?? {};
  });

const OVERRIDE_NOTES = `The services are ${SERVICES.join(", ")}. Of each:

- \`memoryMiB\`: hard memory limit.
- \`processes\`: how many processes and threads it may have at once.
- \`environment\`: further plain variables; they win over the service's own. A number needs \`--type string\`:
  \`pulumi config set --path --type string overrides.mcp-nixos-http.environment.RETRIES 3\`
- \`arguments\`: appended to the service's own, except for traefik, which takes none:
  \`pulumi config set --path 'overrides.llama-cpp.arguments[0]' -- --verbose\`
- \`hostPort\`: publishes the service's port on 127.0.0.1, past the checks of the ingress.

A catalog server is \`mcp-NAME\` (with \`gatewayMode static\`), and takes \`memoryMiB\`, \`processes\` and \`environment\`:
\`pulumi config set --path overrides.mcp-memory.memoryMiB 512\``;

export const OVERRIDE_KEYS = {
  overrides: values.objectKey(
    {
      group: "Single services",
      description: "Per service: memoryMiB, processes, environment, arguments, hostPort",
      example: "--path overrides.mcp-router.memoryMiB 96",
      notes: OVERRIDE_NOTES,
    },
    OVERRIDES,
  ),
} as const satisfies Record<string, Key>;
