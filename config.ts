/**
 * The only reader of stack config, with the cross-checks; the keys are in config-keys.ts. Every fault is reported at once,
 * one line each: key, value, why, and what to set.
 */
import os from "node:os";
import path from "node:path";
import { KEYS, type Bundle, type Key, type KeyName, type Override, type Parsed } from "./config-keys";
import { ValueFault } from "./config-values";
import { withoutSecrets } from "./services/policy/secret-forms";

/** A hosted model behind the endpoint of the local ones. */
export interface LlmProvider {
  /** Name by which clients ask for it. */
  readonly name: string;
  /** Base URL of an OpenAI-compatible API, up to and with /v1. */
  readonly baseUrl: string;
  /** Name of the model there. */
  readonly model: string;
  /** Name in the secrets file whose value is the key. */
  readonly secret: string;
}

export { BUNDLES, DEFAULT_SERVERS, GROUPS, KEYS, PRIVATE_SOURCES, SERVICES } from "./config-keys";
export type { Bundle, Key, KeyName, Override } from "./config-keys";

/** Everything the program can be told; plain data. */
export interface Config {
  readonly project: string;
  readonly stack: string;
  readonly bundles: readonly Bundle[];
  readonly httpPort: number;
  readonly bindAddress: string;
  readonly baseDomain: string;
  /** Names of catalog servers, or every one of registry/all.yaml. */
  readonly servers: readonly string[] | "all";
  /** Absolute path. */
  readonly dataDir: string;
  /** Absolute path of the directory for archives. */
  readonly backupDir: string;
  /** Absolute path; the file may be missing. */
  readonly secretsFile: string;
  readonly containerSocket: string | undefined;
  readonly imageSource: "pull" | "build";
  /** Upstream registry host → prefix of a mirror that holds the same repositories. */
  readonly imageRegistry: Readonly<Record<string, string>>;
  /** Image name in catalogs/images.yaml → "sha256:…", where it differs from the lock. */
  readonly imageDigests: Readonly<Record<string, string>>;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly allowedSources: readonly string[];
  readonly accessLog: boolean;
  readonly auth: "none" | "token" | "basic" | "oidc";
  readonly oidcIssuer: string | undefined;
  readonly oidcClientId: string | undefined;
  /** E-mail addresses, "@" and domains, or "*". */
  readonly oidcAllowed: readonly string[];
  readonly oidcScopes: readonly string[];
  readonly oidcAudiences: readonly string[];
  readonly allowUnauthenticated: boolean;
  readonly tls: "none" | "internal" | "files";
  readonly httpsPort: number;
  /** Absolute path of a PEM file; with `tls files` only. */
  readonly tlsCertificate: string | undefined;
  /** Absolute path of a PEM file; with `tls files` only. */
  readonly tlsKey: string | undefined;
  readonly maxBodyMiB: number;
  readonly maxHeaderKiB: number;
  readonly requestsPerSecond: number;
  readonly streamsPerClient: number;
  readonly streamSeconds: number;
  /** RULE/SERVICE → reason. */
  readonly policyWaivers: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly policyFile: string | undefined;
  readonly gatewayMode: "static" | "socket";
  readonly gatewayDynamicTools: boolean;
  readonly llamaCppModel: string | undefined;
  readonly llamaCppModelFile: string | undefined;
  readonly llamaCppModelUrl: string | undefined;
  readonly llamaCppModelSha256: string | undefined;
  readonly whisperCppModel: string | undefined;
  readonly whisperCppModelFile: string | undefined;
  readonly whisperCppModelUrl: string | undefined;
  readonly whisperCppModelSha256: string | undefined;
  readonly llamaContextSize: number;
  readonly llamaParallel: number;
  readonly llamaThreads: number | undefined;
  readonly llamaGpuLayers: number;
  readonly whisperLanguage: string;
  readonly whisperThreads: number | undefined;
  readonly gpu: "none" | "nvidia" | "rocm" | "vulkan";
  readonly llmProviders: readonly LlmProvider[];
  readonly webuiAdminEmail: string;
  readonly openWebuiPort: number | undefined;
  readonly llmProxyPort: number | undefined;
  readonly difyPort: number | undefined;
  readonly overrides: Readonly<Record<string, Override | undefined>>;
}

/** What a config is read from. `set` holds the stack's own keys without namespace, as text. */
export interface Source {
  readonly project: string;
  readonly stack: string;
  readonly directory: string;
  readonly set: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ParseResult {
  readonly config: Config;
  /** One line per value that is not the default: key, value, where it came from. */
  readonly origins: readonly string[];
  /** One line per fault; the config must not be used unless this is empty. */
  readonly faults: readonly string[];
}

interface Reading {
  readonly text: string | undefined;
  readonly from: string;
}

const read = (key: KeyName, source: Source): Reading => {
  const declared: Key = KEYS[key];
  const set = source.set[key];
  if (set !== undefined) return { text: set, from: "stack config" };
  const fromEnv = declared.env === undefined ? undefined : source.env[declared.env];
  if (fromEnv) return { text: fromEnv, from: `environment variable ${declared.env}` };
  return { text: declared.fallback, from: "default" };
};

const unknownKeys = (source: Source): string[] =>
  Object.keys(source.set)
    .filter((key) => !Object.hasOwn(KEYS, key))
    .map(
      (key) =>
        `${key}: "${withoutSecrets(source.set[key] ?? "")}" is set, but there is no such key; remove it: pulumi config rm ${key} (CONFIG.md lists all keys)`,
    );

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

/** Reads every key, never throws for a bad value: all faults come back together. */
export function parse(source: Source): ParseResult {
  const parsed: Record<string, unknown> = {};
  const faults = unknownKeys(source);
  const origins: string[] = [];
  for (const key of Object.keys(KEYS) as KeyName[]) {
    const { text, from } = read(key, source);
    if (text === undefined) continue;
    if (text !== KEYS[key].fallback) origins.push(`${key} = ${withoutSecrets(text)} (${from})`);
    try {
      parsed[key] = KEYS[key].parse(text);
    } catch (fault) {
      if (!(fault instanceof ValueFault)) throw fault;
      faults.push(`${key}: "${withoutSecrets(text)}"${from === "stack config" ? "" : ` (${from})`} ${fault.message}`);
    }
  }
  const typed = parsed as Partial<Parsed>;
  faults.push(...portsClash(typed), ...tlsFiles(typed), ...oidcParts(typed), ...overlookedByTraefik(typed));
  return { config: complete(parsed as Parsed, source), origins, faults };
}

const absolute = (file: string | undefined, source: Source): string =>
  path.resolve(source.directory, (file ?? "").replace(/^~(?=\/|$)/, source.env["HOME"] ?? os.homedir()));

const optional = (file: string | undefined, source: Source): string | undefined =>
  file === undefined ? undefined : absolute(file, source);

const complete = (parsed: Parsed, source: Source): Config => ({
  ...parsed,
  tlsCertificate: optional(parsed.tlsCertificate, source),
  tlsKey: optional(parsed.tlsKey, source),
  project: source.project,
  stack: source.stack,
  dataDir: absolute(parsed.dataDir, source),
  backupDir: optional(parsed.backupDir, source) ?? path.join(absolute(parsed.dataDir, source), "../backups"),
  secretsFile: absolute(parsed.secretsFile, source),
  policyFile: optional(parsed.policyFile, source),
});

/** Pulumi shows the message of a RunError alone, but formats its stack all the same: ten seconds with Node.js 20.20. */
export function withoutStack<E extends Error>(error: E): E {
  delete error.stack;
  return error;
}

/** Reads the config of the running Pulumi program and says where each non-default value came from. @throws RunError naming every fault. */
export async function load(): Promise<Config> {
  // Loaded here, so that commands that only parse do not wait a second for it.
  const pulumi = await import("@pulumi/pulumi");
  const project = pulumi.getProject();
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
  const { config, origins, faults } = parse({
    project,
    stack: pulumi.getStack(),
    directory: process.cwd(),
    set: Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value])),
    env: process.env,
  });
  if (faults.length > 0) {
    const message = `The stack's config has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`;
    throw withoutStack(new pulumi.RunError(message));
  }
  if (origins.length > 0) await pulumi.log.info(`config that differs from the defaults:\n  ${origins.join("\n  ")}`);
  return config;
}
