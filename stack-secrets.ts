/** Secrets of the core: what is generated, what is taken over from the user's file, and what clients are known by. */
import type { Config } from "./config";
import { accessFaults, type AccessPlan } from "./engines/files/access";
import { readClients, type Clients } from "./engines/files/clients";
import { readText, type CopyPlan, type SecretPlan } from "./engines/files/layout";
import { givenFaults, type TlsPlan } from "./engines/files/tls";
import { MCP_TOKEN_RULE } from "./services/dify/squid-conf";
import { ACCESS_DIGESTS, DIGEST_FILES, OWN_TOKEN, SERVICES_TOKEN, SQUID_TOKEN_FILE } from "./services/secret-files";
import { authorityDirectory, certificateNames, INGRESS_TLS, TLS_FILES } from "./services/tls";

export interface CoreSecrets {
  readonly generated: readonly SecretPlan[];
  readonly copied: readonly CopyPlan[];
  /** Digests of clients, where they have to sign in. */
  readonly access?: AccessPlan;
  /** The certificate of the ingress, where it encrypts. */
  readonly tls?: TlsPlan;
}

/** What mcp-router knows clients by. */
export const accessPlan = ({ secretsFile: source }: Config): AccessPlan => ({
  name: ACCESS_DIGESTS,
  own: OWN_TOKEN,
  services: SERVICES_TOKEN,
  source,
  files: DIGEST_FILES,
});

/** The certificate of the ingress; undefined without TLS. */
export function tlsPlan(config: Config): TlsPlan | undefined {
  const { tls, tlsCertificate, tlsKey, project, stack, dataDir } = config;
  if (tls === "none") return undefined;
  const names = certificateNames(config);
  const given = tlsCertificate !== undefined && tlsKey !== undefined && { certificate: tlsCertificate, key: tlsKey };
  return {
    name: INGRESS_TLS,
    files: TLS_FILES,
    authority: authorityDirectory(dataDir),
    commonName: `${project} ${stack} (this machine's own authority)`,
    names: tls === "files" ? { dns: [config.baseDomain], addresses: [] } : names,
    ...(tls === "files" && given ? { given } : {}),
  };
}

/** Why the ingress could not use the user's certificate; one line each. */
export function certificateFaults(config: Config): string[] {
  const plan = tlsPlan(config);
  return plan === undefined ? [] : givenFaults(plan, new Date());
}

/** What no client could sign in with; one line each. */
export function credentialFaults({ auth, secretsFile, dataDir }: Config): readonly string[] {
  if (auth === "none") return [];
  let clients: Clients;
  try {
    clients = readClients(dataDir);
  } catch (error) {
    return [(error as Error).message];
  }
  return accessFaults({ dotenv: readText(secretsFile) ?? "", clients });
}

/** There whether bundles are on or not, so that none of them changes what mcp-router reads. */
const SIGN_IN_TOKENS: readonly SecretPlan[] = [
  { name: OWN_TOKEN, bytes: 32, files: {} },
  { name: SERVICES_TOKEN, bytes: 32, files: { [SQUID_TOKEN_FILE]: MCP_TOKEN_RULE } },
];

/** @param userSecrets names in the user's file that catalog servers want */
export function secretsOf(config: Config, userSecrets: readonly string[]): CoreSecrets {
  const signIn = config.auth !== "none";
  const tls = tlsPlan(config);
  return {
    ...(tls === undefined ? {} : { tls }),
    generated: [
      ...(signIn ? SIGN_IN_TOKENS : []),
      {
        name: "gateway-token",
        bytes: 32, // 256 bits: beyond guessing
        files: { "authorization.conf": 'proxy_set_header Authorization "Bearer {value}";\n' },
      },
    ],
    copied: [{ name: "gateway-env", file: ".env", source: config.secretsFile, names: userSecrets }],
    ...(signIn ? { access: accessPlan(config) } : {}),
  };
}
