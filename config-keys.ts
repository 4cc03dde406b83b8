/** The table of config keys: what each one is, its default, its type, and an example. CONFIG.md is generated from it. */
import { z } from "zod";
import { ACCESS_KEYS } from "./config-keys-access";
import { AI_KEYS } from "./config-keys-ai";
import { GATEWAY_KEYS } from "./config-keys-gateway";
import { LIMIT_KEYS } from "./config-keys-limits";
import { DIFY_KEYS } from "./config-keys-dify";
import { POLICY_KEYS } from "./config-keys-policy";
import { BUNDLES, DEFAULT_SERVERS, type Bundle } from "./config-names";
import { TLS_KEYS } from "./config-keys-tls";
import { OIDC_KEYS } from "./config-keys-oidc";
import { OVERRIDE_KEYS } from "./config-keys-overrides";
import * as values from "./config-values";

export { BUNDLES, DEFAULT_SERVERS, SERVICES, type Bundle } from "./config-names";
export type { Override } from "./config-keys-overrides";

/** Loopback, private (RFC 1918, RFC 4193) and link-local ranges (RFC 3927, RFC 4291). */
export const PRIVATE_SOURCES =
  "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,::1/128,fc00::/7,fe80::/10";

const bundleList: values.Parser<Bundle[]> = (text) => {
  const asked = values.list(text).flatMap((name) => (name === "full" ? [...BUNDLES] : [name]));
  const unknown = asked.find((name) => !BUNDLES.some((bundle) => bundle === name));
  if (unknown === undefined) return BUNDLES.filter((bundle) => asked.includes(bundle));
  throw new values.ValueFault(
    `has "${unknown}", which is no bundle`,
    `choose from ${BUNDLES.join(", ")} (comma list), full or ""`,
  );
};

/** Without a dot or a port engines take the first part for a namespace of Docker Hub. */
const MIRROR = z
  .string("must be text")
  .regex(
    /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9.-]+:\d+)(\/[a-z0-9._-]+)*\/?$/,
    "must be the start of image references, HOST[:PORT][/PATH]: lower case, a dot or a port in the host, no http://, no tag",
  );
const DIGEST = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");
/** Chapters of CONFIG.md, in their order. */
export const GROUPS = [
  "What runs",
  "AI bundle",
  "Dify bundle",
  "Who may connect",
  "Limits",
  "Policy",
  "Where data lives",
  "Engine and images",
  "Single services",
] as const;

/** One config key. */
export interface Key {
  readonly group: (typeof GROUPS)[number];
  readonly description: string;
  readonly parse: values.Parser<unknown>;
  /** The default as text, parsed like a set value. */
  readonly fallback: string | undefined;
  /** Environment variable that is read when the key is not set. */
  readonly env?: string;
  /** Arguments of `pulumi config set` that set it to something else. */
  readonly example: string;
  /** What else one has to know to use it; Markdown. */
  readonly notes?: string;
}

export const KEYS = {
  bundles: {
    group: "What runs",
    description: "Bundles beside the core: comma list of ai, dify; full = both",
    parse: bundleList,
    fallback: "",
    example: "bundles ai,dify",
  },
  servers: {
    group: "What runs",
    description: "Catalog servers to serve: comma list, or all",
    parse: values.servers,
    fallback: DEFAULT_SERVERS,
    example: "servers time,fetch,duckduckgo",
    notes: "`all` is every one in `docker/mcp-gateway/registry/all.yaml`; some of those need a secret or the internet.",
  },
  ...GATEWAY_KEYS,
  ...AI_KEYS,
  ...DIFY_KEYS,
  httpPort: {
    group: "Who may connect",
    description: "Port of the ingress on the host",
    parse: values.port,
    fallback: "8811",
    env: "TRAEFIK_HTTP_PORT",
    example: "httpPort 8899",
  },
  bindAddress: {
    group: "Who may connect",
    description: "IPv4 address that the ingress listens on",
    parse: values.ipv4,
    fallback: "0.0.0.0",
    example: "bindAddress 127.0.0.1",
    notes: "The default lets other machines in, as far as `allowedSources` does. Docker publishes ports past `ufw`.",
  },
  baseDomain: {
    group: "Who may connect",
    description: "Domain below which host routes live",
    parse: values.hostName,
    fallback: "localhost",
    example: "baseDomain box.lan",
  },
  allowedHosts: {
    group: "Who may connect",
    description: "Further host names that the ingress answers to",
    parse: values.hostNames,
    fallback: "",
    example: "allowedHosts box,box.lan",
    notes:
      "Always allowed: `localhost`, `*.localhost`, IP addresses, `baseDomain` and what is below it. Others get a 403, because a web page can let its own name point here.",
  },
  allowedOrigins: {
    group: "Who may connect",
    description: "Web origins besides the stack's own that browsers may call from",
    parse: values.origins,
    fallback: "",
    example: "allowedOrigins https://app.box.lan",
  },
  allowedSources: {
    group: "Who may connect",
    description: "Client addresses that may connect: comma list of CIDR ranges",
    parse: values.cidrs,
    fallback: PRIVATE_SOURCES,
    example: "allowedSources 127.0.0.0/8,172.16.0.0/12,192.168.1.0/24",
    notes:
      "The default is loopback and the private ranges. Requests of this machine can arrive with an address of the engine's networks: keep `172.16.0.0/12` for Docker.",
  },
  ...ACCESS_KEYS,
  ...OIDC_KEYS,
  ...TLS_KEYS,
  ...LIMIT_KEYS,
  ...POLICY_KEYS,
  dataDir: {
    group: "Where data lives",
    description: "Directory of everything that must survive",
    parse: values.text,
    fallback: ".data",
    example: "dataDir ~/mcp-data",
    notes: "`pulumi destroy` never deletes it. A relative path starts at the checkout.",
  },
  backupDir: {
    group: "Where data lives",
    description: "Directory of the archives that `npm run backup` writes; unset: `backups` beside `dataDir`",
    parse: values.text,
    fallback: undefined,
    example: "backupDir /mnt/other-disk/mcp-backups",
    notes:
      "An `up` that replaces the image of a service with data writes one there, too, and keeps the last five of those. Archives are encrypted; the key is elsewhere, see SECURITY.md.",
  },
  secretsFile: {
    group: "Where data lives",
    description: "File with the secrets of catalog servers and of clients, one NAME=VALUE a line",
    parse: values.text,
    fallback: ".env",
    example: "--plaintext secretsFile ~/.config/mcp-secrets.env",
    notes:
      "Its values get into no state and no log. `--plaintext`, because the CLI takes the key's name for that of a secret.",
  },
  secrets: {
    group: "Where data lives",
    description: "The same secrets as values of the stack's own file, encrypted: each by its name",
    // Not read as a text: see config-secrets.ts.
    parse: values.text,
    fallback: undefined,
    example: "--secret --path secrets.OPENAI_API_KEY",
    notes: `The value comes by standard input. A name with other than letters, digits and _ is quoted:
\`--path 'secrets["github.personal_access_token"]'\`. A value that is not encrypted is refused, and so is a name that \`secretsFile\`
has, too. The next \`up\` replaces what uses a changed value, and nothing else. Commands that need a value ask Pulumi for it, so they
need the stack's passphrase. Where the values lie besides is in SECURITY.md.`,
  },
  containerSocket: {
    group: "Engine and images",
    description: "Socket of the container engine; unset: found by itself",
    parse: values.text,
    fallback: undefined,
    env: "CONTAINER_SOCKET",
    example: "containerSocket /run/user/1000/podman/podman.sock",
  },
  imageSource: {
    group: "Engine and images",
    description: "pull: by digest from registries; build: from package registries. npm run up finds out once",
    parse: values.oneOf("pull", "build"),
    fallback: "pull",
    example: "imageSource build",
  },
  imageRegistry: values.objectKey(
    {
      group: "Engine and images",
      description: "Mirrors: upstream registry host → prefix that holds its repositories",
      example: `--path 'imageRegistry["docker.io"]' mirror.lan:5000/hub`,
      notes:
        "The engine pulls from it by HTTPS; plain HTTP has to be allowed in the engine's own settings, except on 127.0.0.1.",
    },
    z.record(z.string(), MIRROR),
  ),
  imageDigests: values.objectKey(
    {
      group: "Engine and images",
      description: "Digests that replace those of catalogs/images.yaml, by image name",
      example: "--path imageDigests.mcp-nixos sha256:…",
    },
    z.record(z.string(), DIGEST),
  ),
  ...OVERRIDE_KEYS,
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;

/** Every key's value, typed. */
export type Parsed = { [K in KeyName]: ReturnType<(typeof KEYS)[K]["parse"]> };
