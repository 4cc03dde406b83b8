/**
 * The only reader of stack config; the keys are in config-keys.ts, what they must agree on is in config-checks.ts. Every fault
 * is reported at once, one line each: key, value, why, and what to set.
 */
import os from "node:os";
import path from "node:path";
import { disagreements } from "./config-checks";
import { KEYS, type Bundle, type Key, type KeyName, type Override, type Parsed } from "./config-keys";
import { givenConfig, pathlessFault, SECRETS_KEY, type ReadSecrets } from "./config-secrets";
import { ValueFault } from "./config-values";
import { readText } from "./engines/files/read-text";
import { NO_SECRETS, type ConfigSecrets } from "./engines/files/user-secrets";
import { withoutSecrets } from "./services/policy/secret-forms";

/** A hosted model behind the endpoint of the local ones. */
export interface LlmProvider {
  /** Name by which clients ask for it. */
  readonly name: string;
  /** Base URL of an OpenAI-compatible API, up to and with /v1. */
  readonly baseUrl: string;
  /** Name of the model there. */
  readonly model: string;
  /** Name of the user's secret that is the key. */
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
  /** Secrets of the user's in the config itself. */
  readonly secrets: ConfigSecrets;
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
  /** The key `secrets`, which is not in `set`. */
  readonly secrets?: ReadSecrets;
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
        pathlessFault(key) ??
        `${key}: "${withoutSecrets(source.set[key] ?? "")}" is set, but there is no such key; remove it: pulumi config rm ${key} (CONFIG.md lists all keys)`,
    );

/** Reads every key, never throws for a bad value: all faults come back together. */
export function parse(source: Source): ParseResult {
  const parsed: Record<string, unknown> = {};
  const faults = [...unknownKeys(source), ...(source.secrets?.faults ?? [])];
  const names = source.secrets?.names ?? [];
  const origins = names.length === 0 ? [] : [`secrets = ${names.join(", ")} (stack config, values not shown)`];
  for (const key of (Object.keys(KEYS) as KeyName[]).filter((name) => name !== SECRETS_KEY)) {
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
  faults.push(...disagreements(parsed as Partial<Parsed>));
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
  secrets: source.secrets ?? NO_SECRETS,
  policyFile: optional(parsed.policyFile, source),
});

/** The map below `config:` of the stack's file; empty where there is none, as with --config-file. */
async function readStackFile(directory: string, stack: string): Promise<Readonly<Record<string, unknown>>> {
  const text = readText(path.join(directory, `Pulumi.${stack}.yaml`));
  if (text === undefined) return {};
  const { config } = ((await import("yaml")).parse(text) ?? {}) as { config?: Record<string, unknown> | null };
  return config ?? {};
}

/** Pulumi shows the message of a RunError alone, but formats its stack all the same: ten seconds with Node.js 20.20. */
export function withoutStack<E extends Error>(error: E): E {
  delete error.stack;
  return error;
}

/** Keys whose values are encrypted: what Pulumi's own SDK reads (sdk/nodejs/runtime/config.ts), and tells nobody. */
const encryptedKeys = (): readonly string[] =>
  JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]") as readonly string[];

/** Reads the config of the running Pulumi program and says where each non-default value came from. @throws RunError naming every fault. */
export async function load(): Promise<Config> {
  // Loaded here, so that commands that only parse do not wait a second for it.
  const pulumi = await import("@pulumi/pulumi");
  const project = pulumi.getProject();
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
  const [stack, directory, encrypted] = [pulumi.getStack(), process.cwd(), encryptedKeys()];
  const file = await readStackFile(directory, stack);
  const given = own.map(([key, value]) => ({
    ...{ key: key.slice(project.length + 1), value, secret: encrypted.includes(key) },
  }));
  const { set, secrets } = givenConfig(given, file[`${project}:${SECRETS_KEY}`]);
  const { config, origins, faults } = parse({ project, stack, directory, set, env: process.env, secrets });
  if (faults.length > 0) {
    const message = `The stack's config has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`;
    throw withoutStack(new pulumi.RunError(message));
  }
  if (origins.length > 0) await pulumi.log.info(`config that differs from the defaults:\n  ${origins.join("\n  ")}`);
  return config;
}
