/** Config keys of what a client may take; part of the table in config-keys.ts. */
import type { Key } from "./config-keys";
import * as values from "./config-values";

const GROUP = "Limits" as const;

/** The defaults are far beyond what an MCP client asks for; test/e2e/attacks.test.ts has clients in parallel below them. */
export const LIMIT_KEYS = {
  maxBodyMiB: {
    group: GROUP,
    description: "Largest request body at `/mcp*`, in MiB",
    parse: values.wholeNumber(1),
    fallback: "64",
    example: "maxBodyMiB 256",
    notes: "Tool calls carry files as text. More is refused with 413, before it is read where its length is told.",
  },
  maxHeaderKiB: {
    group: GROUP,
    description: "Largest head of a request (its first line and headers), in KiB",
    parse: values.wholeNumber(8),
    fallback: "64",
    example: "maxHeaderKiB 32",
    notes: "Counts at the ingress, so for bundles too. Browsers send the cookies of every application on a host.",
  },
  requestsPerSecond: {
    group: GROUP,
    description: "Requests a second of one client address at `/mcp*`, on average; four times as many at once",
    parse: values.wholeNumber(1),
    fallback: "1000",
    example: "requestsPerSecond 100",
    notes:
      "More are refused with 429. Where the engine hides clients' addresses, all of them count as one. It bounds the guessing of passwords, too.",
  },
  streamsPerClient: {
    group: GROUP,
    description: "Requests and streams of one client address that are open at `/mcp*` at the same time",
    parse: values.wholeNumber(8),
    fallback: "512",
    example: "streamsPerClient 64",
    notes: "An MCP session holds one stream, and one for each call under way. More are refused with 429.",
  },
  streamSeconds: {
    group: GROUP,
    description: "Longest time that a request or a stream lasts, in seconds",
    parse: values.wholeNumber(1),
    fallback: "3600",
    example: "streamSeconds 14400",
    notes:
      "The ingress ends it then, whether it was silent or not; MCP clients open their stream again. It is also how long a client may take to send its headers, because Traefik has one limit for both.",
  },
} as const satisfies Record<string, Key>;
