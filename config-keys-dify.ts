/** Config keys of the Dify bundle; part of the table in config-keys.ts. */
import { FOR_OTHER_MACHINES, pastIngress } from "./config-names";
import * as values from "./config-values";

export const DIFY_KEYS = {
  difyPort: {
    group: "Dify bundle" as const,
    description: "Port on the host for Dify itself; unset: through the ingress only",
    parse: values.port,
    fallback: undefined,
    example: "difyPort 3001",
    notes:
      `${FOR_OTHER_MACHINES} ${pastIngress("Dify's own login")} ` +
      "Sign in by one address or the other: sessions are cookies of a host.",
  },
} as const;
