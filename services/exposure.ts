/** Who can reach what, in words for preview: pure. */
import type { Config } from "../config";
import type { GatewayCatalog } from "./catalog/gateway-catalog";
import { hostOf, HOST_ROUTES, PATH_ROUTES, type HostRoute } from "./routes";
import type { PublishedPort, ServiceSpec } from "./spec";
import { isEncrypted, publicPort } from "./tls";

/** Of this machine alone. */
export const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

/** What a visitor could do, by enabled server; servers that are not listed only compute or read public data. */
const ABILITIES: Readonly<Record<string, string>> = {
  filesystem: "read and change the files of the shared workspace",
  git: "read and change the Git repositories of the shared workspace",
  memory: "read and change the memory server's knowledge",
  fetch: "fetch web pages from this machine's network",
  playwright: "steer a web browser in this machine's network",
  "github-official": "act on GitHub with your token",
};

function abilities(config: Config, catalog: GatewayCatalog): string[] {
  const enabled = catalog.servers.filter((server) => server.enabled).map(({ name }) => name);
  return [
    "call every tool of the enabled MCP servers",
    ...enabled.flatMap((name) => ABILITIES[name] ?? []),
    ...(config.gatewayDynamicTools ? ["add and start further servers of the catalog (gatewayDynamicTools)"] : []),
  ];
}

/** Who gets in at the MCP servers. */
const ADMITTED = {
  none: "whoever connects (auth none)",
  token: "who shows a token (auth token)",
  basic: "who shows a token, or a name and password (auth basic)",
  oidc: "who signs in at the provider (oidcIssuer), or shows a token of it or of this stack (auth oidc)",
} as const;

/** What services ask for by themselves; those that are not listed ask for nothing. */
export const OWN_SIGN_IN: Readonly<Record<string, string>> = {
  "open-webui": "who signs in at Open WebUI",
  "llm-proxy": "who shows the key of the LLM API",
  dify: "who signs in at Dify",
  "dify-web": "whoever connects; the data behind it asks for Dify's login",
  "dify-api": "who signs in at Dify",
  "mcp-gateway": "who shows the gateway's own token",
  "llama-cpp": "who shows its own key",
  "dify-postgres": "who shows the database's password",
  "dify-redis": "who shows the password of Redis",
  "dify-plugin-daemon": "who shows its own key",
  "dify-sandbox": "who shows its own key",
  minio: "who shows the keys of the store",
};

/** Everything that decides what is said. */
export interface Reach {
  readonly config: Config;
  readonly catalog: GatewayCatalog;
  /** Every service that runs. */
  readonly services: readonly ServiceSpec[];
  /** Why the engine hides clients' addresses; undefined: it does not. */
  readonly hidesClients: string | undefined;
}

const whoFrom = ({ config, hidesClients }: Reach, address: string): string => {
  if (isLoopback(address)) return "this machine";
  return hidesClients === undefined
    ? config.allowedSources.join(", ")
    : `anywhere: allowedSources cannot tell, because ${hidesClients}`;
};

const hostRoute = (config: Config, route: HostRoute): [string, string] => {
  const places = [...(route.path === undefined ? [] : [route.path]), hostOf(route, config.baseDomain)];
  return [places.join(", "), OWN_SIGN_IN[route.service] ?? "whoever connects"];
};

const rows = (all: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...all.map(([place]) => place.length));
  return all.map(([place, who]) => `    ${place.padEnd(width)}  ${who}`);
};

function ingressLines(reach: Reach): string[] {
  const { config } = reach;
  const paths = ["/", ...PATH_ROUTES.map(({ path }) => path)];
  const bundles = HOST_ROUTES.filter(({ bundle }) => config.bundles.includes(bundle));
  const how = isEncrypted(config) ? "ingress, HTTPS" : "ingress";
  return [
    `  ${config.bindAddress}:${publicPort(config)} (${how}), from ${whoFrom(reach, config.bindAddress)}`,
    ...rows([[paths.join(", "), ADMITTED[config.auth]], ...bundles.map((route) => hostRoute(config, route))]),
  ];
}

/** A port beside the ingress: none of its checks count there. */
function directLine(reach: Reach, { name }: ServiceSpec, { address, host }: PublishedPort): string {
  const from = isLoopback(address) ? "this machine" : "anywhere (allowedSources counts at the ingress only)";
  const router = name === "mcp-router" ? ADMITTED[reach.config.auth] : undefined;
  return `  ${address}:${host} (${name}), from ${from}: ${router ?? OWN_SIGN_IN[name] ?? "whoever connects"}`;
}

const ingressPorts = (config: Config): number[] => [config.httpPort, publicPort(config)];

/** What is not encrypted although everything else is. */
const redirectLine = ({ config }: Reach): string[] =>
  isEncrypted(config)
    ? [`  ${config.bindAddress}:${config.httpPort} (ingress), from there too: sends everybody on to HTTPS`]
    : [];

const directLines = (reach: Reach): string[] =>
  reach.services.flatMap((spec) =>
    spec.ports
      .filter(({ host }) => spec.name !== "traefik" || !ingressPorts(reach.config).includes(host))
      .map((port) => directLine(reach, spec, port)),
  );

const isOpen = ({ bindAddress, auth }: Config): boolean => auth === "none" && !isLoopback(bindAddress);

function openLines({ config, catalog }: Reach): string[] {
  if (!isOpen(config)) return [];
  return [
    "Whoever connects to the MCP servers can:",
    ...abilities(config, catalog).map((ability) => `  - ${ability}`),
    "To keep it to this machine: pulumi config set bindAddress 127.0.0.1; to ask for tokens: pulumi config set auth token",
  ];
}

/** What is shown to sign in could be read on the way. */
const plainLines = ({ config }: Reach): string[] =>
  config.auth === "none" || isLoopback(config.bindAddress) || isEncrypted(config)
    ? []
    : ["Tokens and passwords cross the network as they are; to encrypt them: pulumi config set tls internal"];

export interface Exposure {
  readonly text: string;
  /** Other machines get in without signing in. */
  readonly open: boolean;
}

/** What is reachable from where and by whom; with what they could do where nobody has to sign in. */
export function exposure(reach: Reach): Exposure {
  const lines = [
    "What is reachable, from where, and by whom:",
    ...ingressLines(reach),
    ...redirectLine(reach),
    ...directLines(reach),
    "  all else: by containers of the stack only",
    ...openLines(reach),
    ...plainLines(reach),
  ];
  return { text: lines.join("\n"), open: isOpen(reach.config) };
}

/** Why a stack would be open to everybody although nobody said so; one line each. */
export function openFaults(config: Config, hidesClients: string | undefined): string[] {
  if (hidesClients === undefined || !isOpen(config) || config.allowUnauthenticated) return [];
  return [
    `auth: "none" on bindAddress ${config.bindAddress} would let everybody in who reaches port ${config.httpPort}: ` +
      `allowedSources cannot keep strangers out, because ${hidesClients}. Keep it to this machine: pulumi config set ` +
      "bindAddress 127.0.0.1; or ask for tokens: pulumi config set auth token; or, if everybody is meant: pulumi config set " +
      "allowUnauthenticated true",
  ];
}
