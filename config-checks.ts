/** What config keys must agree on among each other: every fault as one line. Pure. */
import { KEYS, type Parsed } from "./config-keys";

/** Host ports that are asked for, by the key that asks. */
const askedPorts = (parsed: Partial<Parsed>): [key: string, port: number][] => {
  const secure = parsed.tls === undefined || parsed.tls === "none" ? [] : (["httpsPort"] as const);
  const own = (["httpPort", ...secure, "openWebuiPort", "llmProxyPort", "difyPort"] as const).map(
    (key) => [key, parsed[key]] as const,
  );
  const overrides = Object.entries(parsed.overrides ?? {}).map(
    ([service, override]) => [`overrides.${service}.hostPort`, override?.hostPort] as const,
  );
  return [...own, ...overrides].flatMap(([key, port]) => (port === undefined ? [] : [[key, port]]));
};

const portsClash = (parsed: Partial<Parsed>): string[] => {
  const taken = new Map<number, string>();
  return askedPorts(parsed).flatMap(([key, port]) => {
    const other = taken.get(port);
    taken.set(port, key);
    return other === undefined ? [] : [`${key}: "${port}" is also ${other}; set another port for one of them`];
  });
};

/** `auth oidc` needs a provider, and somebody who may come. */
const oidcParts = ({ auth, ...parsed }: Partial<Parsed>): string[] =>
  auth === "oidc"
    ? (["oidcIssuer", "oidcClientId", "oidcAllowed"] as const)
        .filter((key) => parsed[key] === undefined || parsed[key].length === 0)
        .map((key) => `auth: "oidc" needs ${key}, which is not set; set it: pulumi config set ${KEYS[key].example}`)
    : [];

/** `tls files` needs both of its files. */
const tlsFiles = ({ tls, tlsCertificate, tlsKey }: Partial<Parsed>): string[] =>
  Object.entries({ tlsCertificate, tlsKey })
    .filter(([, file]) => tls === "files" && file === undefined)
    .map(([key]) => `tls: "files" needs ${key}, which is not set; set it: pulumi config set --plaintext ${key} FILE`);

/** Traefik reads one of file, flags and TRAEFIK_ variables, in this order, and its file is generated. */
const overlookedByTraefik = ({ overrides }: Partial<Parsed>): string[] => {
  const { arguments: flags = [], environment = {} } = overrides?.traefik ?? {};
  const variables = Object.keys(environment).filter((name) => name.startsWith("TRAEFIK_"));
  const asked = [...flags.map((flag) => ["arguments", flag]), ...variables.map((name) => ["environment", name])];
  return asked.map(
    ([part, value]) =>
      `overrides.traefik.${part}: "${value}" would have no effect, because Traefik takes its settings from the generated file alone; remove it`,
  );
};

/** Every fault of keys that are fine by themselves; keys that could not be read are missing. */
export const disagreements = (parsed: Partial<Parsed>): string[] => [
  ...portsClash(parsed),
  ...tlsFiles(parsed),
  ...oidcParts(parsed),
  ...overlookedByTraefik(parsed),
];
