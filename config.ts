/**
 * The only reader of stack config: keys, types, defaults and cross-checks in one place. Every fault is reported at once,
 * one line each: key, value, why, and what to set. The list of keys in CONFIG.md is generated from `KEYS`.
 */
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import * as values from "./config-values";

export const BUNDLES = ["ai", "dify"] as const;
export type Bundle = (typeof BUNDLES)[number];

/** Changes to one service that the user asks for. */
export interface Override {
  /** Hard memory limit in MiB. */
  readonly memoryMiB?: number;
  /** Extra plain environment variables; they win over the service's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Extra arguments, appended to the service's own. */
  readonly arguments?: readonly string[];
  /** Publishes the service's main port on 127.0.0.1 of the host. */
  readonly hostPort?: number;
}

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
  readonly gatewayDynamicTools: boolean;
  readonly overrides: Readonly<Record<string, Override>>;
}

/** Loopback, private (RFC 1918, RFC 4193) and link-local ranges (RFC 3927, RFC 4291). */
export const PRIVATE_SOURCES =
  "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,::1/128,fc00::/7,fe80::/10";

/** The catalog servers that need neither a secret nor an account. */
export const DEFAULT_SERVERS = "time,fetch,memory,sequentialthinking,filesystem,git";

const bundleList: values.Parser<Bundle[]> = (text) => {
  const asked = values.list(text).flatMap((name) => (name === "full" ? [...BUNDLES] : [name]));
  const unknown = asked.find((name) => !BUNDLES.some((bundle) => bundle === name));
  if (unknown === undefined) return BUNDLES.filter((bundle) => asked.includes(bundle));
  throw new values.ValueFault(`has "${unknown}", which is no bundle`, 'choose from ai, dify (comma list), full or ""');
};

/** An object as the CLI hands it over: JSON. `shape` says what belongs in it. */
const object =
  <T>(shape: z.ZodType<T>, example: string): values.Parser<T> =>
  (text) => {
    try {
      return shape.parse(JSON.parse(text));
    } catch (error) {
      const why = error instanceof z.ZodError ? issues(error) : "is not an object";
      throw new values.ValueFault(why, `set it like: pulumi config set --path ${example}`);
    }
  };

const issues = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".") || "the value"}: ${issue.message}`).join(", ");

const DIGEST = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");
const OVERRIDE: z.ZodType<Override> = z.strictObject({
  memoryMiB: z.number().int().min(6, "must be at least 6 (MiB), the engine's own minimum").optional(),
  environment: z.record(z.string(), z.string()).optional(),
  arguments: z.array(z.string()).optional(),
  hostPort: z.number().int().min(1).max(65535).optional(),
});

/** One config key. `fallback` is text, parsed like a set value; `env` is read when the key is not set. */
export interface Key {
  readonly description: string;
  readonly parse: values.Parser<unknown>;
  readonly fallback: string | undefined;
  readonly env?: string;
}

export const KEYS = {
  bundles: {
    description: "Bundles beside the core: comma list of ai, dify; full = both",
    parse: bundleList,
    fallback: "",
  },
  httpPort: {
    description: "Port of the ingress on the host",
    parse: values.port,
    fallback: "8811",
    env: "TRAEFIK_HTTP_PORT",
  },
  bindAddress: { description: "IPv4 address that the ingress listens on", parse: values.ipv4, fallback: "0.0.0.0" },
  baseDomain: { description: "Domain below which host routes live", parse: values.hostName, fallback: "localhost" },
  servers: {
    description: "Catalog servers to serve: comma list, or all",
    parse: values.servers,
    fallback: DEFAULT_SERVERS,
  },
  dataDir: { description: "Directory of everything that must survive", parse: values.text, fallback: ".data" },
  secretsFile: {
    description: "File with the secrets of catalog servers, one NAME=VALUE a line",
    parse: values.text,
    fallback: ".env",
  },
  containerSocket: {
    description: "Socket of the container engine; unset: found by itself",
    parse: values.text,
    fallback: undefined,
    env: "CONTAINER_SOCKET",
  },
  imageSource: {
    description: "pull: by digest from registries; build: from package registries. npm run up finds out once",
    parse: values.oneOf("pull", "build"),
    fallback: "pull",
  },
  imageRegistry: {
    description: "Mirrors: upstream registry host → prefix that holds its repositories",
    parse: object(z.record(z.string(), z.string().min(1)), `'imageRegistry["docker.io"]' mirror.lan:5000/hub`),
    fallback: "{}",
  },
  imageDigests: {
    description: "Digests that replace those of catalogs/images.yaml, by image name",
    parse: object(z.record(z.string(), DIGEST), "imageDigests.mcp-nixos sha256:…"),
    fallback: "{}",
  },
  allowedHosts: {
    description: "Further host names that the ingress answers to",
    parse: values.hostNames,
    fallback: "",
  },
  allowedOrigins: {
    description: "Web origins besides the stack's own that browsers may call from",
    parse: values.origins,
    fallback: "",
  },
  allowedSources: {
    description: "Client addresses that may connect: comma list of CIDR ranges",
    parse: values.cidrs,
    fallback: PRIVATE_SOURCES,
  },
  accessLog: { description: "Log every request at the ingress", parse: values.flag, fallback: "false" },
  gatewayDynamicTools: {
    description: "Let MCP clients add and run servers through the gateway",
    parse: values.flag,
    fallback: "false",
  },
  overrides: {
    description: "Per service: memoryMiB, environment, arguments, hostPort",
    parse: object(z.record(z.string(), OVERRIDE), "overrides.mcp-router.memoryMiB 96"),
    fallback: "{}",
  },
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;
type Parsed = { [K in KeyName]: ReturnType<(typeof KEYS)[K]["parse"]> };

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
        `${key}: "${source.set[key]}" is set, but there is no such key; remove it: pulumi config rm ${key} (CONFIG.md lists all keys)`,
    );

const portsClash = (parsed: Partial<Parsed>): string[] => {
  const taken = new Map<number, string>(parsed.httpPort === undefined ? [] : [[parsed.httpPort, "httpPort"]]);
  const faults: string[] = [];
  for (const [service, { hostPort }] of Object.entries(parsed.overrides ?? {})) {
    if (hostPort === undefined) continue;
    const key = `overrides.${service}.hostPort`;
    const other = taken.get(hostPort);
    if (other !== undefined) faults.push(`${key}: "${hostPort}" is also ${other}; set another port for one of them`);
    taken.set(hostPort, key);
  }
  return faults;
};

/** Reads every key, never throws for a bad value: all faults come back together. */
export function parse(source: Source): ParseResult {
  const parsed: Record<string, unknown> = {};
  const faults = unknownKeys(source);
  const origins: string[] = [];
  for (const key of Object.keys(KEYS) as KeyName[]) {
    const { text, from } = read(key, source);
    if (text === undefined) continue;
    if (text !== KEYS[key].fallback) origins.push(`${key} = ${text} (${from})`);
    try {
      parsed[key] = KEYS[key].parse(text);
    } catch (fault) {
      if (!(fault instanceof values.ValueFault)) throw fault;
      faults.push(`${key}: "${text}"${from === "stack config" ? "" : ` (${from})`} ${fault.message}`);
    }
  }
  faults.push(...portsClash(parsed as Partial<Parsed>));
  return { config: complete(parsed as Parsed, source), origins, faults };
}

const absolute = (file: string | undefined, source: Source): string =>
  path.resolve(source.directory, (file ?? "").replace(/^~(?=\/|$)/, source.env["HOME"] ?? os.homedir()));

const complete = (parsed: Parsed, source: Source): Config => ({
  ...parsed,
  project: source.project,
  stack: source.stack,
  dataDir: absolute(parsed.dataDir, source),
  secretsFile: absolute(parsed.secretsFile, source),
});

/** Reads the config of the running Pulumi program and says where each non-default value came from. @throws RunError naming every fault. */
export function load(): Config {
  const project = pulumi.getProject();
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
  const { config, origins, faults } = parse({
    project,
    stack: pulumi.getStack(),
    directory: process.cwd(),
    set: Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value])),
    env: process.env,
  });
  if (faults.length > 0)
    throw new pulumi.RunError(`The stack's config has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`);
  if (origins.length > 0) pulumi.log.info(`config that differs from the defaults:\n  ${origins.join("\n  ")}`);
  return config;
}
