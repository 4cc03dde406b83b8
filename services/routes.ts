/**
 * Every way into the stack, declared once: the ingress, mcp-router, and whatever lists or draws the endpoints read this.
 *
 * Nothing here depends on which bundles are on. A host route of a bundle that is off stays declared and answers 503,
 * so that switching a bundle never changes, and never restarts, a core service.
 */

/** A service that answers HTTP, by network alias and container port. */
export interface Upstream {
  readonly service: string;
  readonly port: number;
}

/** A path of mcp-router, open on every allowed host. */
export interface PathRoute extends Upstream {
  /** Exact path without trailing slash; the same path with one is treated alike. */
  readonly path: string;
  /** Path asked for at the upstream. */
  readonly upstreamPath: string;
  /**
   * How long mcp-router keeps an idle connection, in seconds. It must be shorter than the upstream's own limit: a
   * request that meets a closing connection fails, and a tool call must not be sent twice.
   */
  readonly keepAliveSeconds: number;
  /** Mounts the gateway's token in place of whatever Authorization the client sent. */
  readonly authorization: "gateway-token" | "none";
  readonly description: string;
}

/** A host below `baseDomain`, and perhaps a path on every host, that a bundle answers. */
export interface HostRoute extends Upstream {
  /** First label of the host: `webui` for webui.BASEDOMAIN. */
  readonly subdomain: string;
  /** Path on every host that leads to the same service, for clients that cannot resolve *.localhost. */
  readonly path?: string;
  /** Part of `path` that the service does not see. */
  readonly stripPrefix?: string;
  readonly bundle: "ai" | "dify";
  /** Config key that turns the bundle on. */
  readonly configKey: "bundles";
  readonly description: string;
}

/** Answered by mcp-router itself; below it are the services, see health.ts. */
export const HEALTH_PATH = "/healthz";

/** Go's HTTP server closes idle connections never, unless told to; docker/mcp-gateway v0.43.3 does not tell it. */
const GATEWAY_KEEP_ALIVE = 60;
/** uvicorn closes idle connections after 5 s (its --timeout-keep-alive). */
const UVICORN_KEEP_ALIVE = 3;

const GATEWAY = { service: "mcp-gateway", port: 8811, keepAliveSeconds: GATEWAY_KEEP_ALIVE } as const;

export const PATH_ROUTES: readonly PathRoute[] = [
  {
    ...GATEWAY,
    path: "/mcp",
    upstreamPath: "/mcp",
    authorization: "gateway-token",
    description: "Every enabled catalog server, through the MCP gateway",
  },
  {
    service: "mcp-nixos-http",
    port: 8000,
    path: "/mcp/nixos",
    upstreamPath: "/mcp",
    keepAliveSeconds: UVICORN_KEEP_ALIVE,
    authorization: "none",
    description: "NixOS packages and options",
  },
];

export const HOST_ROUTES: readonly HostRoute[] = [
  {
    subdomain: "webui",
    service: "open-webui",
    port: 8080,
    bundle: "ai",
    configKey: "bundles",
    description: "Open WebUI: chat in the browser",
  },
  {
    subdomain: "llm",
    path: "/llm/v1",
    stripPrefix: "/llm",
    service: "llm-proxy",
    port: 4000,
    bundle: "ai",
    configKey: "bundles",
    description: "OpenAI-compatible API of the local models",
  },
  {
    subdomain: "dify",
    service: "dify",
    port: 8080,
    bundle: "dify",
    configKey: "bundles",
    description: "Dify: build agents and workflows",
  },
];

/** Where the ingress sends everything that is not a bundle's. */
export const ROUTER: Upstream = { service: "mcp-router", port: 8080 };

/** Where mcp-router answers for the ingress: refusals, the check of origins, bundles that are off. Never routed to clients. */
export const ANSWERS: Upstream = { service: "mcp-router", port: 8081 };

/** Base URL of an upstream inside the stack's networks. */
export const upstreamUrl = ({ service, port }: Upstream): string => `http://${service}:${port}`;

/** Host of a bundle's route, without port. */
export const hostOf = (route: HostRoute, baseDomain: string): string => `${route.subdomain}.${baseDomain}`;
