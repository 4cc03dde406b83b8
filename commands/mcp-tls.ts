/** `npm run mcp-tls`: the certificate of the ingress, and a new one without a restart. */
import type { Config } from "../config";
import { resourceName } from "../engines/container-args";
import { readRecord, secretRecord } from "../engines/files/layout";
import { tlsWords, type TlsPlan } from "../engines/files/tls";
import { writeTls } from "../engines/files/tls-files";
import { findEngine } from "../prepare";
import { certificateFaults, tlsPlan } from "../stack-secrets";
import { say } from "./ask";
import { readConfig } from "./stack-config";
import { certificateState, type CertificateState } from "./tls/state";
import { trustText } from "./tls/trust-text";

export interface TlsOptions {
  readonly stack: string;
  readonly json?: boolean;
  /** Renew although it is not due. */
  readonly now?: boolean;
}

const NO_TLS = "this stack does not encrypt (tls none); to have it: pulumi config set tls internal, then npm run up";

function stateText(state: CertificateState): string {
  const due = state.due === undefined ? "" : `, due for renewal: ${state.due}`;
  const { authority } = state;
  return [
    `Certificate   ${state.kind}, serial ${state.serial}`,
    `Holds for     ${state.names.join(", ")}`,
    `Issued by     ${state.issuer.replaceAll("\n", ", ")}`,
    `Until         ${state.until.slice(0, 10)} (${state.daysLeft} days${due})`,
    ...(authority === undefined
      ? []
      : [
          `Authority     ${authority.file}, until ${authority.until.slice(0, 10)}`,
          `Fingerprint   SHA-256 ${authority.fingerprint}`,
          "",
          trustText(authority.file),
        ]),
  ].join("\n");
}

function print(config: Config, json: boolean | undefined): void {
  const state = certificateState(config);
  if (json) return void process.stdout.write(`${JSON.stringify(state ?? { kind: "none" }, null, 2)}\n`);
  process.stdout.write(`${state === undefined ? NO_TLS : stateText(state)}\n`);
}

/** Shows the certificate that the ingress serves, and how clients come to trust it. */
export function show({ stack, json }: TlsOptions): void {
  print(readConfig(stack), json);
}

/**
 * Renews what is due, or takes over files that changed; the ingress serves the new certificate from the next connection on.
 * @throws Error without TLS, before the first up, and for files that cannot be used
 */
export async function renew({ stack, json, now }: TlsOptions): Promise<void> {
  const config = readConfig(stack);
  const plan = tlsPlan(config);
  if (plan === undefined) throw new Error(NO_TLS);
  const faults = certificateFaults(config);
  if (faults.length > 0) throw new Error(`nothing was changed:\n  ${faults.join("\n  ")}`);
  const before = certificateState(config);
  if (before?.due === undefined && !now) {
    say(`nothing to do: ${before?.daysLeft ?? 0} days are left${plan.given ? ", and the files are the same" : ""}`);
    return json ? print(config, json) : undefined;
  }
  await write(config, plan, now === true);
  if (json) return print(config, json);
  const after = certificateState(config);
  say(`the ingress has a new certificate, until ${after?.until.slice(0, 10)}; nothing was restarted`);
}

/** As `up` would write it, so that it has nothing to do afterwards. */
async function write(config: Config, plan: TlsPlan, anew: boolean): Promise<void> {
  const base = config.dataDir;
  const words = tlsWords(base, plan);
  // The word stays: the state of the stack knows it, and the new files are what it stands for.
  const generation = readRecord(secretRecord(base, plan.name)).generation ?? words.generation;
  const { host } = await findEngine(config);
  const server = { host, container: resourceName(config, "traefik") };
  await writeTls({ base, ...plan, place: words.place, generation, server, anew });
}
