/** Writes the certificate of the ingress, and the authority that signs it; see tls.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { KeyPair } from "./certificates";
import type { Common } from "./host-files";
import * as layout from "./layout";
import { AUTHORITY_FILES, isPair, kindOf, readPair, renewalReason, type TlsPlan, type TlsWords } from "./tls";
import { fillDirectory, writeWhole } from "./write";

/** Makes the authority if there is none, and gives it back. Nobody but its owner may read the key. */
async function authorityOf({ authority, commonName }: TlsPlan, now: Date): Promise<KeyPair> {
  const there = readPair(authority, AUTHORITY_FILES);
  if (there !== undefined && isPair(there)) return there;
  const made = await certificateMaker().makeAuthority(commonName, now);
  writeWhole(path.join(authority, AUTHORITY_FILES.key), made.key, 0o600);
  writeWhole(path.join(authority, AUTHORITY_FILES.certificate), made.certificate, 0o644);
  return made;
}

/** The library takes an eighth of a second to load, and a certificate is made once a year. */
const certificateMaker = () =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require("./certificates") as typeof import("./certificates");

async function wantedPair(plan: TlsPlan, now: Date): Promise<KeyPair> {
  if (plan.given !== undefined)
    return { certificate: readFileSync(plan.given.certificate, "utf8"), key: readFileSync(plan.given.key, "utf8") };
  const authority = await authorityOf(plan, now);
  const { certificate, key } = await certificateMaker().makeCertificate(authority, plan.names, now);
  return { certificate: certificate + authority.certificate, key };
}

export interface TlsAction extends Common, TlsPlan, TlsWords {
  /** Who serves the certificate: told to read it again when it runs. */
  readonly server?: { readonly host: string; readonly container: string };
  /** Not the one that is there, though it would do. */
  readonly anew?: boolean;
}

/** The certificate of the ingress; see tls.ts. The old one is kept when it will do. */
export async function writeTls({ base, generation, place, server, anew, ...plan }: TlsAction): Promise<void> {
  const now = new Date();
  const directory = layout.secretDirectory(base, plan.name);
  const there = readPair(directory, plan.files);
  const keeps = anew !== true && there !== undefined && renewalReason(base, plan, now) === undefined;
  const pair = keeps ? there : await wantedPair(plan, now);
  fillDirectory(directory, [
    [plan.files.certificate, pair.certificate, 0o444],
    [plan.files.key, pair.key, 0o444],
    [layout.PLACE_FILE, place, 0o444],
  ]);
  const record = { generation, sha256: layout.sha256(place), files: { kind: kindOf(plan) } };
  writeWhole(layout.secretRecord(base, plan.name), JSON.stringify(record), 0o600);
  if (server !== undefined) await tellServer(server.host, server.container);
}

/** Traefik reads its files again at SIGHUP (v3.6.7, pkg/provider/file/file.go); events of files do not reach every engine. */
async function tellServer(host: string, name: string): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { connect } = require("../images/engine") as typeof import("../images/engine");
  try {
    await connect(host).getContainer(name).kill({ signal: "SIGHUP" });
  } catch (error) {
    // 404: it is not there yet, and 409: it does not run. Either way it reads the files when it starts.
    if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
  }
}
