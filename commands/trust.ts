/** How the stack's own commands trust the ingress where its certificate is of the stack's own authority. */
import { rootCertificates } from "node:tls";
import type { Config } from "../config";
import { readText } from "../engines/files/layout";
import { authorityFile } from "../services/tls";

type Trust = Pick<Config, "tls" | "dataDir">;

/** Certificates to trust; undefined: those that Node trusts by itself, with NODE_EXTRA_CA_CERTS. */
export function trustedAuthorities({ tls, dataDir }: Trust): string[] | undefined {
  const own = tls === "internal" ? readText(authorityFile(dataDir)) : undefined;
  return own === undefined ? undefined : [...rootCertificates, own];
}

/** Options of an MCP client's transport by which it trusts the ingress. */
export function transportTrust(config: Trust): { fetch?: typeof fetch } {
  const ca = trustedAuthorities(config);
  if (ca === undefined) return {};
  // Loaded here: without TLS nobody waits for it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const undici = require("undici") as typeof import("undici");
  const dispatcher = new undici.Agent({ connect: { ca } });
  const trusting = (url: string | URL, init?: object) => undici.fetch(url, { ...init, dispatcher });
  return { fetch: trusting as unknown as typeof fetch };
}
