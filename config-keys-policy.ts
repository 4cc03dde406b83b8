/** Config keys of the policy; part of the table in config-keys.ts. */
import { z } from "zod";
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "Policy" as const;
const WAIVER = `--path 'policyWaivers["plain-secret/mcp-nixos-http"]' "a token of a test"`;

const WAIVERS = z.record(
  z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "must be RULE/SERVICE, as the message of the policy names them"),
  z.string("must be a reason, as text").trim().min(10, "must be a reason of at least 10 characters"),
);

export const POLICY_KEYS = {
  policyWaivers: values.objectKey(
    {
      group: GROUP,
      description: "Violations of the policy that may be, each with a reason: RULE/SERVICE → reason",
      example: WAIVER,
      notes:
        "A violation stops the update before anything is changed. A waiver that waives nothing does too; those that count are told at every preview.",
    },
    WAIVERS,
  ),
  policyFile: {
    group: GROUP,
    description: "File with rules of your own, .js, .cjs or .ts",
    parse: values.text,
    fallback: undefined,
    example: "policyFile ./policy.cjs",
    notes: `A relative path starts at the checkout. A rule gets a service as \`service\` (services/spec.ts), as the engine gets it (\`container\`), and the \`config\`,
and gives one entry for each violation:

\`\`\`js
module.exports = {
  rules: [
    {
      name: "small-memory",
      asks: "no service takes more than 4 GiB",
      check: ({ container }) =>
        container.memory <= 4096
          ? []
          : [{ found: \`\${container.memory} MiB\`, expected: "4096 MiB at most", next: "set overrides.NAME.memoryMiB" }],
    },
  ],
};
\`\`\``,
  },
} as const satisfies Record<string, Key>;
