/** The stack as a graph, from its own plan and never by hand: pure. */
import type { Config } from "../config";
import type { OfferedServer } from "./catalog/gateway-catalog";
import { serviceEndpoint } from "./endpoints";
import type { ModelChoice } from "./model-choice";
import { HOST_ROUTES, hostOf, PATH_ROUTES } from "./routes";
import type { ServiceSpec } from "./spec";

export type NodeKind = "client" | "service" | "server" | "volume" | "model";

export interface TopologyNode {
  /** KIND:NAME. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** Networks of a service; what else there is to know of the others. */
  readonly details: readonly string[];
}

export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  /** `calls`: over the network; `starts`: a container of its own; `mounts`: reads or writes on disk. */
  readonly kind: "calls" | "starts" | "mounts";
  /** Routes that lead there, or how a directory is mounted. */
  readonly labels: readonly string[];
}

export interface Topology {
  readonly stack: string;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  /** Who may talk to whom: services of one network reach each other, others do not. */
  readonly networks: readonly { readonly name: string; readonly services: readonly string[] }[];
  /** What clients can ask for, and which service answers in the end. */
  readonly routes: readonly { readonly route: string; readonly service: string; readonly description: string }[];
}

export interface TopologySources {
  readonly config: Pick<Config, "stack" | "bindAddress" | "httpPort" | "httpsPort" | "tls" | "baseDomain" | "bundles">;
  /** From the ingress inwards. */
  readonly services: readonly ServiceSpec[];
  readonly servers: readonly OfferedServer[];
  /** Those that the stack runs, as services; undefined: the gateway starts each. */
  readonly running?: readonly ServiceSpec[] | undefined;
  /** Directory below dataDir of each volume that servers mount, by the volume's whole name. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly models: readonly ModelChoice[];
}

const INGRESS = "traefik";
const GATEWAY = "mcp-gateway";
const CLIENT: TopologyNode = { id: "client:clients", kind: "client", name: "clients", details: [] };

const node = (kind: NodeKind, name: string, details: readonly string[] = []): TopologyNode => ({
  id: `${kind}:${name}`,
  kind,
  name,
  details,
});

/** Questions about health, which are not what a service is for. */
const HEALTH_LINES = /^\s*set \$asked .*$|^\s*target: .*$/gm;

/** Everything that a service is told: where it calls another one, the other's address stands in it. */
const textsOf = (spec: ServiceSpec): string =>
  [
    ...spec.command,
    ...Object.values(spec.environment),
    ...spec.files.flatMap(({ files }) => files.map(({ content }) => content.replace(HEALTH_LINES, ""))),
  ].join("\n");

const shareNetwork = (a: ServiceSpec, b: ServiceSpec): boolean => a.networks.some((name) => b.networks.includes(name));

/** Paths and hosts by which a service sends requests on. */
function routesBetween(from: string, to: string, { baseDomain, bundles }: TopologySources["config"]): string[] {
  if (from !== INGRESS) {
    const paths = PATH_ROUTES.filter(({ service }) => service === to);
    return from === "mcp-router" ? paths.map(({ path }) => path) : [];
  }
  const own = HOST_ROUTES.filter(({ service, bundle }) => service === to && bundles.includes(bundle));
  return own.map((route) => route.path ?? hostOf(route, baseDomain));
}

function calls({ config, services }: TopologySources): TopologyEdge[] {
  const first: TopologyEdge = {
    from: CLIENT.id,
    to: `service:${INGRESS}`,
    kind: "calls",
    labels: [serviceEndpoint(config, INGRESS) ?? ""],
  };
  const between = services.flatMap((from) => {
    const texts = textsOf(from);
    const called = services.filter(
      (to) => to !== from && shareNetwork(from, to) && new RegExp(`(^|[^\\w.-])${to.name}:\\d`, "m").test(texts),
    );
    return called.map((to): TopologyEdge => {
      const labels = routesBetween(from.name, to.name, config);
      return { from: `service:${from.name}`, to: `service:${to.name}`, kind: "calls", labels };
    });
  });
  return [first, ...between];
}

const mountEdge = (from: string, path: string, labels: readonly string[] = []): TopologyEdge => ({
  from,
  to: `volume:${path}`,
  kind: "mounts",
  labels,
});

function mounts({ services, servers, volumes }: TopologySources): TopologyEdge[] {
  const ofServices = services.flatMap((spec) =>
    spec.mounts.flatMap((mount) =>
      mount.kind === "data" ? [mountEdge(`service:${spec.name}`, mount.path, mount.readOnly ? ["read-only"] : [])] : [],
    ),
  );
  const ofServers = servers.flatMap((server) =>
    server.volumes.map((volume) => {
      const [source = "", , options] = volume.split(":");
      return mountEdge(`server:${server.name}`, volumes[source] ?? source, options === "ro" ? ["read-only"] : []);
    }),
  );
  return [...ofServices, ...ofServers];
}

/** The model server of each kind. */
const modelEdges = ({ models }: TopologySources): TopologyEdge[] =>
  models.map(({ kind, name, file }) => ({
    from: `service:${kind}-cpp`,
    to: `model:${name ?? file}`,
    kind: "mounts",
    labels: ["read-only"],
  }));

const serverDetails = ({ server }: OfferedServer): string[] => {
  if (server.type === "remote") return ["remote"];
  return server.disableNetwork ? ["no network"] : [];
};

const MIB = 2 ** 20;

function nodesOf({ services, servers, models }: TopologySources, edges: readonly TopologyEdge[]): TopologyNode[] {
  const paths = [...new Set(edges.flatMap(({ to }) => (to.startsWith("volume:") ? [to.slice("volume:".length)] : [])))];
  return [
    CLIENT,
    ...services.map((spec) => node("service", spec.name, spec.networks)),
    ...servers.map((server) => node("server", server.name, serverDetails(server))),
    ...models.map(({ name, file, bytes }) =>
      node("model", name ?? file, bytes === undefined ? [] : [`${Math.round(bytes / MIB)} MiB`]),
    ),
    ...paths.map((path) => node("volume", path)),
  ];
}

function routesOf({ config }: TopologySources): Topology["routes"] {
  const base = serviceEndpoint(config, INGRESS) ?? "";
  const paths = PATH_ROUTES.map(({ path, service, description }) => ({ route: base + path, service, description }));
  const hosts = HOST_ROUTES.filter(({ bundle }) => config.bundles.includes(bundle)).map((route) => ({
    route: serviceEndpoint(config, route.service) ?? "",
    service: route.service,
    description: route.description,
  }));
  return [...paths, ...hosts];
}

function networksOf(services: readonly ServiceSpec[]): Topology["networks"] {
  const names = [...new Set(services.flatMap(({ networks }) => networks))];
  return names.map((name) => ({
    name,
    services: services.filter(({ networks }) => networks.includes(name)).map((spec) => spec.name),
  }));
}

/** The graph of a plan. */
export function topologyOf(sources: TopologySources): Topology {
  const starts = sources.servers.map(({ name }): TopologyEdge => ({
    from: `service:${GATEWAY}`,
    to: `server:${name}`,
    kind: sources.running === undefined ? "starts" : "calls",
    labels: [],
  }));
  const edges = [...calls(sources), ...starts, ...mounts(sources), ...modelEdges(sources)];
  return {
    stack: sources.config.stack,
    nodes: nodesOf(sources, edges),
    edges,
    networks: networksOf([...sources.services, ...(sources.running ?? [])]),
    routes: routesOf(sources),
  };
}
