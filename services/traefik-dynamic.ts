/** Traefik's dynamic configuration: routers, middlewares and services of the file provider. */
import { hostPattern } from "./access";
import { healthPath } from "./health";
import type { IngressSettings } from "./traefik";
import { OIDC_AUTH } from "./oidc";
import { below, exemptRule, guardsPages, OIDC, oidcMiddlewares, openRule, signInRule } from "./traefik-oidc";
import { allEntryPoints, redirectRouter, servingEntryPoints, tlsMiddlewares, tlsSection } from "./traefik-tls";
import { ANSWERS, HOST_ROUTES, ROUTER, hostOf, upstreamUrl, type HostRoute } from "./routes";

interface Router {
  readonly rule: string;
  readonly priority: number;
  readonly service: string;
  readonly middlewares: readonly string[];
  readonly entryPoints: readonly string[];
}

type Named<T> = Readonly<Record<string, T>>;

/** What every route passes; who attaches something for all routes does it here. */
const ACCESS = "access";
/** The same for requests with an Origin, that is from browsers. Only these pay for the question to mcp-router. */
const BROWSER_ACCESS = "access-browser";
/**
 * Traefik takes the highest priority first; its own default is the rule's length, which nobody can read off. A bundle's
 * host comes before the paths, so that no path of a bundle's application is taken away from it.
 */
const PRIORITY = { source: 1000, host: 900, signIn: 400, bundleHost: 300, bundlePath: 200, router: 100, browser: 1 };
/** What a session does not guard comes before what it does. */
const EXEMPT = 10;

const router = (
  entryPoints: readonly string[],
  rule: string,
  priority: number,
  service: string,
  middlewares: readonly string[],
): Router => ({
  entryPoints,
  rule,
  priority,
  service,
  middlewares,
});

/** Answers of mcp-router in place of a route. */
const refusals = (settings: IngressSettings): Named<Router> => ({
  "refuse-source": router(
    allEntryPoints(settings),
    settings.allowedSources.map((range) => `!ClientIP(\`${range}\`)`).join(" && "),
    PRIORITY.source,
    "answers",
    ["to-refused-source"],
  ),
  "refuse-host": router(
    allEntryPoints(settings),
    `!HostRegexp(\`${hostPattern(settings)}\`)`,
    PRIORITY.host,
    "answers",
    ["to-refused-host"],
  ),
});

/** One route is two routers: whether an Origin is there decides about the checks. */
const open = (
  entryPoints: readonly string[],
  name: string,
  rule: string,
  priority: number,
  service: string,
  more: readonly string[],
): Named<Router> => ({
  [name]: router(entryPoints, rule, priority, service, [ACCESS, ...more]),
  [`${name}-browser`]: router(
    entryPoints,
    `(${rule}) && HeaderRegexp(\`Origin\`, \`.*\`)`,
    priority + PRIORITY.browser,
    service,
    [BROWSER_ACCESS, ...more],
  ),
});

const isGuarded = ({ auth }: IngressSettings, service: string): boolean => auth === "oidc" && guardsPages(service);

/** The way to everything else: pages for browsers, and what programs ask for. */
function mainRouters(settings: IngressSettings): Named<Router> {
  const serving = servingEntryPoints(settings);
  const { service } = ROUTER;
  const all = (more: readonly string[]) => open(serving, service, "PathPrefix(`/`)", PRIORITY.router, service, more);
  if (settings.auth !== "oidc") return all([]);
  return {
    ...all([OIDC]),
    ...open(serving, `${service}-exempt`, openRule, PRIORITY.router + EXEMPT, service, []),
    ...open(serving, "sign-in", signInRule, PRIORITY.signIn, OIDC_AUTH.service, []),
  };
}

const bundleRouters = (route: HostRoute, settings: IngressSettings): Named<Router> => {
  const { baseDomain } = settings;
  const serving = servingEntryPoints(settings);
  const off = `off-${route.service}`;
  const host = `Host(\`${hostOf(route, baseDomain)}\`)`;
  const session = isGuarded(settings, route.service) ? [OIDC] : [];
  const exempt = `${host} && (${exemptRule})`;
  const byHost = {
    ...open(serving, route.subdomain, host, PRIORITY.bundleHost, route.service, [off, ...session]),
    ...(session.length > 0
      ? open(serving, `${route.subdomain}-exempt`, exempt, PRIORITY.bundleHost + EXEMPT, route.service, [off])
      : {}),
  };
  if (route.path === undefined) return byHost;
  const rule = below(route.path);
  const strip = route.stripPrefix === undefined ? [] : [`strip-${route.subdomain}`];
  return {
    ...byHost,
    ...open(serving, `${route.subdomain}-path`, rule, PRIORITY.bundlePath, route.service, [off, ...strip]),
  };
};

/**
 * A name that does not resolve is a 502 of Traefik's own, or a 504 where the machine's resolver is slow to say so. It turns
 * into the 503 that says which key brings the bundle. A bundle's own are replaced too, because Traefik cannot tell them apart;
 * the answer names that case.
 */
const bundleMiddlewares = (route: HostRoute): Named<object> => ({
  [`off-${route.service}`]: {
    errors: {
      status: ["502", "504"],
      statusRewrites: { "502": 503, "504": 503 },
      service: "answers",
      query: `/off/${route.service}`,
    },
  },
  ...(route.stripPrefix === undefined
    ? {}
    : { [`strip-${route.subdomain}`]: { stripPrefix: { prefixes: [route.stripPrefix] } } }),
});

/** Lets pages of `allowedOrigins` read the answers and send the headers of MCP and OpenAI clients. */
const cors = (origins: readonly string[]): object => ({
  headers: {
    accessControlAllowOriginList: [...origins],
    accessControlAllowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    accessControlAllowHeaders: [
      "Authorization",
      "Content-Type",
      "Mcp-Session-Id",
      "Mcp-Protocol-Version",
      "Last-Event-Id",
    ],
    accessControlExposeHeaders: ["Mcp-Session-Id"],
    accessControlMaxAge: 600,
    addVaryHeader: true,
  },
});

const middlewares = (settings: IngressSettings): Named<object> => {
  const crossOrigin = settings.allowedOrigins.length > 0;
  const tls = tlsMiddlewares(settings);
  return {
    [ACCESS]: { chain: { middlewares: ["sources", ...tls.everywhere] } },
    [BROWSER_ACCESS]: { chain: { middlewares: [ACCESS, "origins", ...(crossOrigin ? ["cors"] : [])] } },
    // The refusing router answers first; this holds even if a router of a higher priority is ever added.
    sources: { ipAllowList: { sourceRange: [...settings.allowedSources] } },
    // authRequestHeaders: cookies and tokens of the request are none of the check's business.
    origins: { forwardAuth: { address: `${upstreamUrl(ANSWERS)}/origin`, authRequestHeaders: ["Origin"] } },
    ...(crossOrigin ? { cors: cors(settings.allowedOrigins) } : {}),
    "to-refused-source": { replacePath: { path: "/refused/source" } },
    "to-refused-host": { replacePath: { path: "/refused/host" } },
    ...oidcMiddlewares(settings.auth),
    ...tls.middlewares,
    ...Object.assign({}, ...HOST_ROUTES.map(bundleMiddlewares)),
  };
};

const loadBalancer = (url: string): object => ({
  loadBalancer: {
    servers: [{ url }],
    serversTransport: "upstreams",
    // 1 ms at most before a part of a response is passed on; event streams are passed on at once anyway.
    responseForwarding: { flushInterval: "1ms" },
  },
});

/**
 * HTTP/2 without TLS. Over HTTP/1.1 a fast answer to a POST can be cut off in the middle: Go's server closes the request's
 * body when the answer begins, Go's transport then reads the end of that body, fails, and tears its connection down ("use of
 * closed network connection"). Measured under load: one of a thousand small MCP requests. Over HTTP/2 the transport reads
 * the body's end before it sends its last part, so before any answer.
 */
const HTTP2_URL = `h2c://${ROUTER.service}:${ROUTER.port}`;

/** The whole dynamic configuration; the same for every combination of bundles. */
export function dynamicConfig(settings: IngressSettings): object {
  return {
    ...tlsSection(settings),
    http: {
      routers: {
        ...refusals(settings),
        ...Object.assign({}, ...HOST_ROUTES.map((route) => bundleRouters(route, settings))),
        // It answers for itself, also while mcp-router does not.
        ...open(
          allEntryPoints(settings),
          "own-health",
          `Path(\`${healthPath("traefik")}\`) && (Method(\`GET\`) || Method(\`HEAD\`))`,
          PRIORITY.bundlePath,
          "ping@internal",
          [],
        ),
        ...mainRouters(settings),
        ...redirectRouter(settings),
      },
      middlewares: middlewares(settings),
      services: {
        answers: loadBalancer(upstreamUrl(ANSWERS)),
        ...(settings.auth === "oidc" ? { [OIDC_AUTH.service]: loadBalancer(upstreamUrl(OIDC_AUTH)) } : {}),
        [ROUTER.service]: loadBalancer(HTTP2_URL),
        ...Object.fromEntries(HOST_ROUTES.map((route) => [route.service, loadBalancer(upstreamUrl(route))])),
      },
      serversTransports: {
        upstreams: {
          forwardingTimeouts: {
            // A container of the same engine answers a connection at once, or not at all.
            dialTimeout: "5s",
            // A tool call may think for an hour before its first byte; mcp-router ends it then.
            responseHeaderTimeout: "0s",
            // Shorter than mcp-router's own 300 s, so that no request meets a closing connection.
            idleConnTimeout: "60s",
            // All streams share a connection: one that is dead without a word is noticed by a ping, in 10 s and 5 s more.
            readIdleTimeout: "10s",
            pingTimeout: "5s",
          },
          // Go's default of 2 makes parallel clients open a connection per request.
          maxIdleConnsPerHost: 64,
        },
      },
    },
  };
}
