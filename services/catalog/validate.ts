/** What the four files must agree on, among each other and with the stack: every fault as one line. */
import { allowedPaths, volumeFault } from "./host-paths";
import { configKey, SOURCE_FILES, type CatalogData, type CatalogServer } from "./model";
import { evaluated, FILTERS, unknownFilters } from "./evaluate";
import { setSecretCommand } from "../user-secrets";
import { VALUE_NAMES } from "./substitute";

/** The images that the program knows by name: catalogs/images.yaml. */
export interface CatalogImages {
  /** Whether there is an image of that name. */
  readonly known: (name: string) => boolean;
  /** Its public reference, registry/repository[:tag]@sha256:…; undefined when it is only built. */
  readonly pinned: (name: string) => string | undefined;
  /** The reference that this stack runs it by. @throws Error saying why it cannot be had and what to do. */
  readonly reference: (name: string) => string;
}

/** Everything a check may look at. `data` has the program's values filled in. */
export interface Checked {
  readonly data: CatalogData;
  readonly images: CatalogImages;
  /** Config `servers`. */
  readonly servers: readonly string[] | "all";
  /** Names of the user's secrets that have a value. */
  readonly secretNames: readonly string[];
  /** The user's own environment of the gateway, from config `overrides`. */
  readonly environment: Readonly<Record<string, string>>;
}

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** Docker Hub in one form: `mcp/time`, `docker.io/mcp/time` → the first; a tag before a digest says nothing. */
export const familiar = (reference: string): string =>
  reference.replace(/^docker\.io\/(library\/)?/, "").replace(/:[^:/@]+@/, "@");

/** The image of catalogs/images.yaml that a catalog server runs: mcp-NAME, or NAME. Undefined: it has an image of its own. */
export const imageName = (server: string, images: Pick<CatalogImages, "known">): string | undefined =>
  [`mcp-${server}`, server].find((name) => images.known(name));

/** Names of enabled servers, without repetition. */
export const enabledServers = ({ data, servers }: Pick<Checked, "data" | "servers">): string[] =>
  servers === "all" ? Object.keys(data.registry.registry) : [...new Set(servers)];

function imageFault(name: string, { image }: CatalogServer, images: CatalogImages): string | undefined {
  if (image === undefined) return "image: is missing; write it as REPOSITORY@sha256:…";
  const own = imageName(name, images);
  const pinned = own === undefined ? undefined : images.pinned(own);
  if (own !== undefined && pinned === undefined) {
    return image === own
      ? undefined
      : `image: "${image}" is in no registry that catalogs/images.yaml knows; write ${own}`;
  }
  if (!DIGEST.test(image))
    return `image: "${image}" has no digest, so its content could change; write it as REPOSITORY@sha256:… with 64 hexadecimal digits`;
  if (pinned === undefined || familiar(pinned) === familiar(image)) return undefined;
  return `image: "${image}" is not what catalogs/images.yaml pins for ${own}, "${pinned}"; write the same digest in both`;
}

function remoteFault({ remote }: CatalogServer, { environment }: Checked): string | undefined {
  if (remote === undefined) return "remote: is missing; add remote.url";
  if (remote.url.startsWith("https://") || environment["DOCKER_MCP_ALLOW_INSECURE_REMOTE_URLS"] === "1")
    return undefined;
  return `remote.url: "${remote.url}" is not https, which the gateway refuses; write an https URL`;
}

function volumeFaults(server: CatalogServer, checked: Checked): string[] {
  const allowed = allowedPaths(checked.environment);
  return (server.volumes ?? []).flatMap((volume) => {
    const gap = /\$\{[^}]*\}/.exec(volume)?.[0];
    if (gap !== undefined)
      return [
        `volumes: "${volume}" has ${gap}, which the program does not fill in; it knows ${VALUE_NAMES.join(", ")}`,
      ];
    const made = evaluated(volume, checked.data.config).filter(Boolean);
    if (made.length === 0)
      return [
        `volumes: "${volume}" stands for nothing, so nothing would be mounted; add its value to ${SOURCE_FILES.config}`,
      ];
    return made.flatMap((one) => {
      const fault = volumeFault(one, allowed);
      return fault === undefined ? [] : [`volumes: "${one}" ${fault}`];
    });
  });
}

/** By the name of its key, each filter that would be left out without a word. */
function filterFaults({ command = [], env = [], volumes = [], user }: CatalogServer): string[] {
  const texts = { command, env: env.map(({ value }) => value), volumes, user: user === undefined ? [] : [user] };
  return Object.entries(texts).flatMap(([key, list]) =>
    list.flatMap((text) =>
      unknownFilters(text).map(
        (filter) => `${key}: "${text}" has the filter "${filter}", which there is not; use ${FILTERS.join(", ")}`,
      ),
    ),
  );
}

function catalogFaults(checked: Checked): string[] {
  return Object.entries(checked.data.catalog.registry).flatMap(([name, server]) => {
    const kind = server.type === "remote" ? remoteFault(server, checked) : imageFault(name, server, checked.images);
    const faults = [...(kind === undefined ? [] : [kind]), ...filterFaults(server), ...volumeFaults(server, checked)];
    return faults.map((fault) => `${SOURCE_FILES.catalog}: server "${name}": ${fault}`);
  });
}

/** A name that a file or the config uses, and the catalog does not have. */
function strangers(checked: Checked): string[] {
  const { catalog, registry, config, tools } = checked.data;
  const names = Object.keys(catalog.registry);
  const fault = (where: string, name: string): string =>
    `${where}: "${name}" is not in ${SOURCE_FILES.catalog}; remove it or correct the name (it has ${names.join(", ")})`;
  const unknown = (used: readonly string[], known: readonly string[] = names): string[] =>
    used.filter((name) => !known.includes(name));
  return [
    ...unknown(Object.keys(registry.registry)).map((name) => fault(SOURCE_FILES.registry, name)),
    ...unknown(Object.keys(config), names.map(configKey)).map((name) => fault(SOURCE_FILES.config, name)),
    ...unknown(Object.keys(tools)).map((name) => fault(SOURCE_FILES.tools, name)),
    ...(checked.servers === "all" ? [] : unknown(checked.servers).map((name) => fault("servers", name))),
  ];
}

function twice({ servers }: Checked): string[] {
  const repeated = servers === "all" ? [] : servers.filter((name, index) => servers.indexOf(name) !== index);
  return [...new Set(repeated)].map((name) => `servers: "${name}" is listed more than once; remove the repetition`);
}

/** Why an enabled server's image cannot be had in this stack. */
function unavailable(name: string, { images }: Checked): string[] {
  const own = imageName(name, images);
  if (own === undefined) return [];
  try {
    images.reference(own);
    return [];
  } catch (error) {
    return [`servers: "${name}" is enabled, but ${(error as Error).message}`];
  }
}

const missingSecret = (server: string, secret: string): string =>
  `servers: "${server}" is enabled, but its secret "${secret}" has no value; add the line ${secret}=VALUE to the file of config secretsFile, or ${setSecretCommand(secret)}, or leave ${server} out of servers`;

/** The gateway takes the list and enforces nothing, unless it is told to run proxies of its own, which the stack does not. */
const unenforced = (server: string): string =>
  `servers: "${server}" is enabled, and its allowHosts would be enforced by nothing: the stack has no proxy between servers and the internet; remove allowHosts in ${SOURCE_FILES.catalog} (it then reaches every host), or write disableNetwork: true`;

function enabledFaults(checked: Checked): string[] {
  return enabledServers(checked).flatMap((name) => {
    const server = checked.data.catalog.registry[name];
    if (server === undefined) return [];
    const missing = (server.secrets ?? []).filter((secret) => !checked.secretNames.includes(secret.name));
    return [
      ...missing.map((secret) => missingSecret(name, secret.name)),
      ...((server.allowHosts ?? []).length > 0 && !server.disableNetwork ? [unenforced(name)] : []),
      ...(server.type === "server" ? unavailable(name, checked) : []),
    ];
  });
}

/** All faults of the files as a whole, in the order of the files. */
export function catalogContentFaults(checked: Checked): string[] {
  const nothing =
    enabledServers(checked).length === 0
      ? ["servers: enables no server, so the gateway would offer no tools; name at least one"]
      : [];
  return [...catalogFaults(checked), ...strangers(checked), ...nothing, ...twice(checked), ...enabledFaults(checked)];
}
