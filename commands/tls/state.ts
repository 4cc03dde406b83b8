/** The certificate of the ingress as it lies on the disk. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Config } from "../../config";
import { secretDirectory } from "../../engines/files/layout";
import { daysLeft, isPair, namesOf, parsed, readPair, renewalReason } from "../../engines/files/tls";
import { authorityFile } from "../../services/tls";
import { tlsPlan } from "../../stack-secrets";

export interface CertificateState {
  readonly kind: "internal" | "files";
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly serial: string;
  /** ISO 8601. */
  readonly until: string;
  readonly daysLeft: number;
  /** Why the next renewal would write another one; undefined: it would not. */
  readonly due: string | undefined;
  /** The stack's own authority, with `internal`. */
  readonly authority?: { readonly file: string; readonly fingerprint: string; readonly until: string };
}

/** Below this, mcp-status says so. */
const SOON_DAYS = 30;

const iso = (text: string): string => new Date(text).toISOString();

/** What the ingress serves; undefined without TLS. @throws Error when there is no certificate yet */
export function certificateState(config: Config, now = new Date()): CertificateState | undefined {
  const plan = tlsPlan(config);
  if (plan === undefined || config.tls === "none") return undefined;
  const pair = readPair(secretDirectory(config.dataDir, plan.name), plan.files);
  const certificate = pair && parsed(pair.certificate);
  if (pair === undefined || certificate === undefined || !isPair(pair))
    throw new Error(`the ingress of the stack ${config.stack} has no certificate yet; make one: npm run up`);
  const file = authorityFile(config.dataDir);
  const authority = config.tls === "internal" ? parsed(readFileSync(file, "utf8")) : undefined;
  return {
    kind: config.tls,
    subject: certificate.subject,
    issuer: certificate.issuer,
    names: namesOf(certificate),
    serial: certificate.serialNumber,
    until: iso(certificate.validTo),
    daysLeft: daysLeft(certificate, now),
    due: renewalReason(config.dataDir, plan, now),
    ...(authority && {
      authority: { file: path.resolve(file), fingerprint: authority.fingerprint256, until: iso(authority.validTo) },
    }),
  };
}

/** What people have to know before it is too late; one line each. */
export function certificateWarnings(config: Config, now = new Date()): string[] {
  let state: CertificateState | undefined;
  try {
    state = certificateState(config, now);
  } catch (error) {
    return [(error as Error).message];
  }
  if (state === undefined || state.daysLeft >= SOON_DAYS) return [];
  const when = state.daysLeft < 0 ? "has ended" : `ends in ${state.daysLeft} days`;
  const how =
    state.kind === "files" && state.due === undefined
      ? "renew it where it comes from, then npm run -s mcp-tls -- renew"
      : "npm run -s mcp-tls -- renew";
  return [`the certificate of the ingress ${when} (${state.until.slice(0, 10)}): ${how}`];
}
