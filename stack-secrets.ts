/** Secrets of the core: what is generated, what is taken over from the user's file, and what clients are known by. */
import type { Config } from "./config";
import { accessFaults, givenCredentials, type AccessPlan } from "./engines/files/access";
import { readClients, type Clients } from "./engines/files/clients";
import { VALUE_FILE, type CopyPlan, type SecretPlan } from "./engines/files/layout";
import { givenFaults, type TlsPlan } from "./engines/files/tls";
import { namesInFile, secretSource, userSecretNames, type SecretSource } from "./engines/files/user-secrets";
import { wantedSecrets, type OfferedServer } from "./services/catalog/gateway-catalog";
import { serverSecret } from "./services/catalog/server-service";
import { MCP_TOKEN_RULE } from "./services/dify/squid-conf";
import { CLIENT_SECRET, OIDC_SECRETS } from "./services/oidc";
import { ACCESS_DIGESTS, DIGEST_FILES, OWN_TOKEN, SERVICES_TOKEN, SQUID_TOKEN_FILE } from "./services/secret-files";
import { secretPath, setSecretCommand } from "./services/user-secrets";
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
export const accessPlan = (config: Config): AccessPlan => ({
  name: ACCESS_DIGESTS,
  own: OWN_TOKEN,
  services: SERVICES_TOKEN,
  source: secretSource(config),
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

/** Why a secret has two values; one line each. Neither goes before the other: an old value could hide the new one. */
export function repeatedFaults(source: SecretSource): string[] {
  const inFile = namesInFile(source);
  return source.config.names
    .filter((name) => inFile.includes(name))
    .map(
      (name) =>
        `secrets.${name}: is a line of ${source.file}, too; remove that line, or the value of the config: pulumi config rm --path ${secretPath(name)}`,
    );
}

/** What no client could sign in with; one line each. */
export function credentialFaults(config: Config): readonly string[] {
  const { auth, dataDir } = config;
  if (auth === "none") return [];
  let clients: Clients;
  try {
    clients = readClients(dataDir);
  } catch (error) {
    return [(error as Error).message];
  }
  return [...accessFaults({ ...givenCredentials(secretSource(config)), clients }), ...clientSecretFaults(config)];
}

/** There whether bundles are on or not, so that none of them changes what mcp-router reads. */
const SIGN_IN_TOKENS: readonly SecretPlan[] = [
  { name: OWN_TOKEN, bytes: 32, files: {} },
  { name: SERVICES_TOKEN, bytes: 32, files: { [SQUID_TOKEN_FILE]: MCP_TOKEN_RULE } },
];

const clientSecret = (config: Config): CopyPlan => ({
  name: OIDC_SECRETS.client,
  file: VALUE_FILE,
  source: secretSource(config),
  names: [CLIENT_SECRET],
  bare: true,
});

/** Why nobody could sign in at the provider; one line each. */
function clientSecretFaults(config: Config): string[] {
  if (config.auth !== "oidc" || userSecretNames(secretSource(config)).includes(CLIENT_SECRET)) return [];
  return [
    `auth: "oidc" needs the secret of the client ${config.oidcClientId}: add it to ${config.secretsFile}: ` +
      `npm run -s secrets -- set ${CLIENT_SECRET} (the value comes by standard input), or to the stack's config: ` +
      setSecretCommand(CLIENT_SECRET),
  ];
}

/** Secrets of catalog servers: for the gateway, which hands them on, or for each server that the stack runs its own alone. */
function serverSecrets(config: Config, servers: readonly OfferedServer[]): CopyPlan[] {
  const source = secretSource(config);
  const copied = (name: string, of: readonly OfferedServer[]): CopyPlan => {
    return { name, file: ".env", source, names: wantedSecrets(of) };
  };
  if (config.gatewayMode === "socket") return [copied("gateway-env", servers)];
  const isRemote = ({ server }: OfferedServer): boolean => server.type === "remote";
  const own = servers.filter((server) => server.enabled && !isRemote(server) && wantedSecrets([server]).length > 0);
  return [
    copied("gateway-env", servers.filter(isRemote)),
    ...own.map((server) => copied(serverSecret(server.name), [server])),
  ];
}

/** @param servers of the catalog, as the gateway offers them */
export function secretsOf(config: Config, servers: readonly OfferedServer[]): CoreSecrets {
  const signIn = config.auth !== "none";
  const tls = tlsPlan(config);
  return {
    ...(tls === undefined ? {} : { tls }),
    generated: [
      ...(signIn ? SIGN_IN_TOKENS : []),
      ...(config.auth === "oidc" ? [{ name: OIDC_SECRETS.cookie, bytes: 32, files: {} }] : []),
      {
        name: "gateway-token",
        bytes: 32, // 256 bits: beyond guessing
        files: { "authorization.conf": 'proxy_set_header Authorization "Bearer {value}";\n' },
      },
    ],
    copied: [...serverSecrets(config, servers), ...(config.auth === "oidc" ? [clientSecret(config)] : [])],
    ...(signIn ? { access: accessPlan(config) } : {}),
  };
}
