/** From the four files and the config to what the gateway gets: the one entrance to services/catalog. Pure. */
import type { CatalogData, CatalogServer, CatalogSources } from "./model";
import { parseSources } from "./parse";
import { renderFiles, serverImage, type GatewayFiles } from "./render";
import { evaluated, evaluatedText } from "./evaluate";
import { filled, type CatalogValues } from "./substitute";
import { catalogContentFaults, enabledServers, imageName, type CatalogImages, type Checked } from "./validate";

export interface CatalogSettings {
  readonly sources: CatalogSources;
  /** Config `servers`. */
  readonly servers: readonly string[] | "all";
  readonly images: CatalogImages;
  /** Names of user secrets that have a value. */
  readonly secretNames: readonly string[];
  readonly values: CatalogValues;
  /** Config `overrides.mcp-gateway.environment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Clients may add servers: all that can run are offered, not only the enabled ones. */
  readonly dynamicTools: boolean;
}

/** A server that the gateway offers, with the program's values filled in. */
export interface OfferedServer {
  readonly name: string;
  readonly enabled: boolean;
  readonly server: CatalogServer;
  /** Image of catalogs/images.yaml; undefined for a remote server and for an image of the user's own. */
  readonly imageName: string | undefined;
  /** Complete reference; undefined for a remote server. */
  readonly image: string | undefined;
  /** Arguments, plain environment and volumes as the gateway makes them of the catalog and config.yaml. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  /** "uid:gid" or a name; undefined: the image's. */
  readonly user?: string | undefined;
}

export interface GatewayCatalog {
  readonly servers: readonly OfferedServer[];
  readonly files: GatewayFiles;
  /** Images of catalogs/images.yaml to have before the gateway starts. */
  readonly images: readonly string[];
  /** Names of the user's secrets that the gateway gets. */
  readonly secretNames: readonly string[];
  /** Whether the gateway can check signatures: published images of Docker's `mcp/`, straight from Docker Hub. It asks the internet at every start. */
  readonly verifySignatures: boolean;
}

export interface CatalogResult {
  /** Undefined when there are faults. */
  readonly catalog: GatewayCatalog | undefined;
  /** One line each; none: all is well. */
  readonly faults: readonly string[];
}

/** Names of the secrets that servers ask for, each once. */
export const wantedSecrets = (servers: readonly Pick<OfferedServer, "server">[]): string[] => [
  ...new Set(servers.flatMap(({ server }) => (server.secrets ?? []).map(({ name }) => name))),
];

/** Servers that could be added while the gateway runs: their secrets and images are there. */
function addable(name: string, server: CatalogServer, { images, secretNames }: CatalogSettings): boolean {
  if (!(server.secrets ?? []).every((secret) => secretNames.includes(secret.name))) return false;
  try {
    serverImage(name, server, images);
    return true;
  } catch {
    return false;
  }
}

function offeredServers(data: CatalogData, enabled: readonly string[], settings: CatalogSettings): OfferedServer[] {
  return Object.entries(data.catalog.registry)
    .filter(([name, server]) => enabled.includes(name) || (settings.dynamicTools && addable(name, server, settings)))
    .map(([name, server]) => ({
      name,
      enabled: enabled.includes(name),
      server,
      imageName: server.type === "remote" ? undefined : imageName(name, settings.images),
      image: serverImage(name, server, settings.images),
      command: (server.command ?? []).flatMap((argument) => evaluated(argument, data.config)),
      environment: Object.fromEntries(
        (server.env ?? []).map(({ name: key, value }) => [key, evaluatedText(value, data.config)]),
      ),
      volumes: (server.volumes ?? []).flatMap((volume) => evaluated(volume, data.config)).filter(Boolean),
      user: server.user === undefined ? undefined : evaluatedText(server.user, data.config) || undefined,
    }));
}

function catalogOf(data: CatalogData, settings: CatalogSettings): GatewayCatalog {
  const enabled = enabledServers({ data, servers: settings.servers });
  const servers = offeredServers(data, enabled, settings);
  return {
    servers,
    files: renderFiles(
      data,
      servers.map(({ name }) => name),
      enabled,
      settings.images,
    ),
    images: servers.flatMap((offered) => offered.imageName ?? []),
    secretNames: wantedSecrets(servers),
    verifySignatures: servers.some(({ image }) => image !== undefined && /^mcp\/[^@]+@sha256:/.test(image)),
  };
}

/** Checks everything and renders; all faults at once, never throws for bad content. */
export function gatewayCatalog(settings: CatalogSettings): CatalogResult {
  const { data, faults } = parseSources(settings.sources);
  if (data === undefined) return { catalog: undefined, faults };
  const complete = filled(data, settings.values);
  const checked: Checked = { ...settings, data: complete };
  const content = catalogContentFaults(checked);
  return content.length > 0
    ? { catalog: undefined, faults: content }
    : { catalog: catalogOf(complete, settings), faults: [] };
}
