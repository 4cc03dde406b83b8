/**
 * The certificate of the ingress: which one is wanted, whether the one that is there will do, and how it is written. Files
 * are changed in place, in a directory that stays: a new certificate is no reason to replace who serves it.
 */
import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { kept, PLACE_FILE, readRecord, readText, secretDirectory, secretRecord, sha256 } from "./layout";

/** Everything that decides what the certificate has to be. */
export interface TlsPlan {
  /** Name of the secret that the ingress mounts. */
  readonly name: string;
  readonly files: { readonly certificate: string; readonly key: string };
  /** The authority's directory, absolute; it is mounted nowhere. */
  readonly authority: string;
  /** Name of the authority, when it is made. */
  readonly commonName: string;
  /** The user's own files, absolute; unset: the stack's authority signs. */
  readonly given?: { readonly certificate: string; readonly key: string };
  /** For what it has to hold. */
  readonly names: { readonly dns: readonly string[]; readonly addresses: readonly string[] };
}

/** Two words: who mounts the directory is replaced with `place`, what writes the files runs again with `generation`. */
export interface TlsWords {
  readonly place: string;
  readonly generation: string;
}

export const AUTHORITY_FILES = { certificate: "ca.pem", key: "ca-key.pem" } as const;

/** PEM texts of a certificate and its key, if both are there. */
export function readPair(directory: string, files: { readonly certificate: string; readonly key: string }) {
  const certificate = readText(path.join(directory, files.certificate));
  const key = readText(path.join(directory, files.key));
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** The first certificate of a PEM text, which is the server's own; undefined when it is none. */
export function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** @returns whether key and certificate are one pair; false too for what is no key */
export function isPair({ certificate, key }: { certificate: string; key: string }): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days until it ends; negative when it has. */
export const daysLeft = (certificate: X509Certificate, now: Date): number =>
  Math.floor((Date.parse(certificate.validTo) - now.getTime()) / DAY_MS);

/** Whether less than a third of its life is left. */
function isDue(certificate: X509Certificate, now: Date): boolean {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return to - now.getTime() < (to - from) / 3;
}

/** Names and addresses that it holds for. */
export const namesOf = (certificate: X509Certificate): string[] =>
  (certificate.subjectAltName ?? "").split(", ").map((entry) => entry.replace(/^(DNS|IP Address):/, ""));

/** Node writes IPv6 addresses in full. */
const inFull = (address: string): string => (address === "::1" ? "0:0:0:0:0:0:0:1" : address);

/** Whether it holds for these names and no others. */
function holdsFor(certificate: X509Certificate, { dns, addresses }: TlsPlan["names"]): boolean {
  const [has, wanted] = [new Set(namesOf(certificate)), new Set([...dns, ...addresses.map(inFull)])];
  return has.size === wanted.size && [...wanted].every((name) => has.has(name));
}

/** Why the user's files have to be taken over again; undefined: those that are there are the same. */
function changeReason(there: ReturnType<typeof readPair>, given: NonNullable<TlsPlan["given"]>): string | undefined {
  const [certificate, key] = [readText(given.certificate), readText(given.key)];
  if (certificate === undefined || key === undefined) return "the files are gone";
  return there?.certificate === certificate && there.key === key ? undefined : "the files have changed";
}

/** Why the certificate that is there cannot go on being used; undefined: it can. */
export function renewalReason(base: string, plan: TlsPlan, now: Date): string | undefined {
  const pair = readPair(secretDirectory(base, plan.name), plan.files);
  if (plan.given !== undefined) return changeReason(pair, plan.given);
  const certificate = pair && parsed(pair.certificate);
  const authority = parsed(readText(path.join(plan.authority, AUTHORITY_FILES.certificate)) ?? "");
  if (pair === undefined || certificate === undefined) return "there is none";
  if (!isPair(pair)) return "certificate and key do not belong together";
  if (authority === undefined || !certificate.verify(authority.publicKey)) return "it is not of the stack's authority";
  if (!holdsFor(certificate, plan.names)) return "the stack has other names now";
  return isDue(certificate, now) ? `${daysLeft(certificate, now)} days are left` : undefined;
}

/** The words of a preview; see TlsWords. */
export function tlsWords(base: string, plan: TlsPlan, now = new Date()): TlsWords {
  const place = readText(path.join(secretDirectory(base, plan.name), PLACE_FILE));
  const record = readRecord(secretRecord(base, plan.name));
  const known = place !== undefined && record.sha256 === sha256(place);
  // Another kind of certificate is written anew, whatever lies there.
  const same = record.files?.["kind"] === kindOf(plan);
  return {
    place: known ? place : randomUUID(),
    generation: kept(known && same && renewalReason(base, plan, now) === undefined, record),
  };
}

export const kindOf = ({ given }: Pick<TlsPlan, "given">): string => (given === undefined ? "internal" : "files");

/** What is wrong with the user's files; one line each. */
export function givenFaults({ given, names }: TlsPlan, now: Date): string[] {
  if (given === undefined) return [];
  const missing = (["certificate", "key"] as const).flatMap((which) => {
    const key = which === "certificate" ? "tlsCertificate" : "tlsKey";
    return existsSync(given[which])
      ? []
      : [`${key}: "${given[which]}" is not there; correct it: pulumi config set --plaintext ${key} FILE`];
  });
  if (missing.length > 0) return missing;
  const pair = { certificate: readText(given.certificate) ?? "", key: readText(given.key) ?? "" };
  const certificate = parsed(pair.certificate);
  const at = `tlsCertificate: "${given.certificate}"`;
  if (certificate === undefined) return [`${at} is no certificate in PEM; name the file with the whole chain`];
  if (!isPair(pair)) return [`tlsKey: "${given.key}" is not the unencrypted PEM key of ${given.certificate}`];
  if (daysLeft(certificate, now) < 0)
    return [`${at} is valid until ${certificate.validTo} only; renew it, then npm run up`];
  const [domain = ""] = names.dns;
  return certificate.checkHost(domain) === undefined
    ? [
        `${at} does not hold for baseDomain ${domain} (it holds for ${namesOf(certificate).join(", ")}); ` +
          "set baseDomain to a name of it: pulumi config set baseDomain NAME",
      ]
    : [];
}
