/** Config keys of the Dify bundle; part of the table in config-keys.ts. */
import * as values from "./config-values";

export const DIFY_KEYS = {
  difyPort: {
    group: "Dify bundle" as const,
    description: "Port on the host for Dify itself; unset: through the ingress only",
    parse: values.port,
    fallback: undefined,
    example: "difyPort 3001",
    notes:
      "Other machines need it, or a `baseDomain` that they know: nobody but browsers resolves `*.localhost`, and only to themselves. " +
      "Published on `bindAddress`, past the ingress: `allowedSources`, `auth` and `tls` do not count there. What is asked for is " +
      "Dify's own login, over plain HTTP. " +
      "Sign in by one address or the other: sessions are cookies of a host.",
  },
} as const;
