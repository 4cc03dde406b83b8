/** What the start page says of a config and its plan: pure. */
import type { Config } from "../../config";
import type { OfferedServer } from "../catalog/gateway-catalog";
import { serverServiceName } from "../catalog/server-service";
import { showsToken } from "../client-files";
import { coreEndpoints, serviceEndpoint, stackEndpoints } from "../endpoints";
import { healthPath, UNWATCHED, WATCHED, type Watched } from "../health";
import { OIDC_PATH } from "../oidc";
import { upstreamUrl } from "../routes";
import type { ServiceSpec } from "../spec";
import type { Topology } from "../topology";
import { clientConfigs } from "./clients";
import type { PageData, PageHealth, PageImage, PageLink, PageService } from "./model";

/** Of an image in the lock: what it is for, and its version in this stack. */
export interface ImageFacts {
  readonly purpose: string;
  readonly version: string | undefined;
  readonly reference: string;
}

export interface PageSources {
  readonly config: Pick<
    Config,
    | "stack"
    | "auth"
    | "bindAddress"
    | "httpPort"
    | "httpsPort"
    | "tls"
    | "baseDomain"
    | "bundles"
    | "openWebuiPort"
    | "difyPort"
    | "imageSource"
  >;
  /** From the ingress inwards. */
  readonly services: readonly ServiceSpec[];
  /** Enabled catalog servers. */
  readonly servers: readonly Pick<OfferedServer, "name" | "imageName" | "image">[];
  /** Of an image of catalogs/images.yaml. */
  readonly image: (name: string) => ImageFacts;
  readonly topology: Topology;
}

/** Bundles, and their services' homes on the page. */
const BUNDLES = ["ai", "dify"] as const;
/** Host routes that are pages for people. */
const PAGES: readonly string[] = ["open-webui", "dify"];

const PURPOSES: Readonly<Record<string, string>> = {
  traefik: "Ingress: the one port that clients see",
  "mcp-router": "Nginx before the MCP servers, and this page",
  "mcp-gateway": "Docker's MCP gateway, before the catalog servers",
  "oidc-auth": "oauth2-proxy: signs browsers in, and knows the provider's tokens",
  dify: "Nginx before Dify's services",
  "dify-api": "Dify's back end",
  "dify-web": "Dify's pages",
  "dify-worker": "Dify's background work",
  "dify-worker-beat": "Dify's schedule",
  "dify-plugin-daemon": "Dify's plugins",
  "dify-sandbox": "Runs the code of Dify's workflows",
};

function sourceOf({ service, by, asks, through }: Watched): string {
  if (asks === undefined) return by === service ? "answers for itself" : `${by} answers`;
  const answer = asks.anyAnswer ? "any answer will do" : "has to answer 2xx";
  const of = asks.service === service ? "" : `, which has to read ${service}`;
  return `${by} asks ${upstreamUrl(asks)}${asks.path.replace(/\?.*/, "")}${through === undefined ? "" : of}; ${answer}`;
}

/** Why nothing tells how a service is. */
const darkness = ({ name, networks }: ServiceSpec): string =>
  UNWATCHED[name] ?? (networks.includes("mcp-servers") ? "it answers mcp-gateway alone" : "nothing tells");

function healthOf(spec: ServiceSpec): PageHealth {
  const { name: service } = spec;
  const watched = WATCHED.find((one) => one.service === service);
  if (watched === undefined) return { source: `no light: ${darkness(spec)}; npm run mcp-status knows` };
  const through = watched.through ?? (watched.by === service ? undefined : watched.by);
  return { path: healthPath(service), ...(through === undefined ? {} : { through }), source: sourceOf(watched) };
}

const partOf = ({ networks, name }: ServiceSpec): string => {
  const bundle = WATCHED.find(({ service }) => service === name)?.bundle;
  return bundle ?? (networks.some((network) => network.startsWith("dify")) ? "dify" : "core");
};

const pageService = (spec: ServiceSpec, image: PageSources["image"]): PageService => ({
  name: spec.name,
  part: partOf(spec),
  purpose: PURPOSES[spec.name] ?? image(spec.image).purpose,
  health: healthOf(spec),
});

function pagesOf({ config, services }: PageSources): PageLink[] {
  const pages = services.filter(({ name }) => PAGES.includes(name));
  return pages.map(({ name }) => {
    const url = serviceEndpoint(config, name) ?? "";
    const found = stackEndpoints(config).find((endpoint) => endpoint.url === url);
    return {
      name: found?.description.split(":")[0] ?? name,
      url,
      description: found?.description.split(": ")[1] ?? "",
    };
  });
}

interface Use {
  readonly user: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly reference: string;
}

/** One that is the user's own is in no list of ours, and a remote server has none. */
function serverUse(
  { name, imageName, image: own }: PageSources["servers"][number],
  image: PageSources["image"],
): Use[] {
  const user = `server ${name}`;
  if (imageName !== undefined) return [{ user, name: imageName, ...image(imageName) }];
  return own === undefined ? [] : [{ user, name, version: undefined, reference: own }];
}

function imagesOf({ services, servers, image }: PageSources): PageImage[] {
  const ofServices = services.map((spec): Use => ({ user: spec.name, name: spec.image, ...image(spec.image) }));
  const started = servers.filter(({ name }) => !services.some((spec) => spec.name === serverServiceName(name)));
  const uses = [...ofServices, ...started.flatMap((server) => serverUse(server, image))];
  const first = uses.filter(({ name }, index) => uses.findIndex((use) => use.name === name) === index);
  return first.map(({ name, version, reference }) => {
    const usedBy = uses.filter((use) => use.name === name).map(({ user }) => user);
    return { name, version, reference, usedBy };
  });
}

/** Everything that is on the page. */
export function pageData(sources: PageSources): PageData {
  const { config, services, servers, image, topology } = sources;
  const pages = pagesOf(sources);
  return {
    stack: config.stack,
    ...(config.auth === "oidc" ? { signOut: `${OIDC_PATH}/sign_out?rd=%2F` } : {}),
    base: serviceEndpoint(config, "traefik") ?? "",
    services: services.map((spec) => pageService(spec, image)),
    pages,
    endpoints: stackEndpoints(config).filter(({ url }) => !pages.some((page) => page.url === url)),
    off: BUNDLES.filter((bundle) => !config.bundles.includes(bundle)),
    servers: servers.map(({ name }) => name),
    clients: clientConfigs({ endpoints: coreEndpoints(config), signIn: showsToken(config.auth) }),
    imageSource: config.imageSource,
    images: imagesOf(sources),
    topology,
  };
}
