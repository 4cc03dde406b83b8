/**
 * Where each service's health is asked, declared once: mcp-router and Dify's Nginx answer `/healthz/NAME` by it, and the
 * start page states it. Like routes, nothing here depends on which bundles are on.
 */
import { HEALTH_PATH, ROUTER, type Upstream } from "./routes";

/** A question over HTTP that tells whether a service is well. */
export interface HealthQuestion extends Upstream {
  /** Path that is asked with GET. */
  readonly path: string;
  /** Any answer below 500 will do: it has no path for health. Without it, only 2xx is well. */
  readonly anyAnswer?: true;
}

/** A service whose health can be asked through the ingress, at `/healthz/SERVICE`. */
export interface Watched {
  readonly service: string;
  /** Undefined: of the core. */
  readonly bundle?: "ai" | "dify";
  /** Who asks it. */
  readonly by: "traefik" | "mcp-router" | "llm-proxy" | "dify";
  /** Has to be well for the answer to tell anything; default: `by`. */
  readonly through?: string;
  /** Undefined: who asks is the service itself. */
  readonly asks?: HealthQuestion;
}

/** Path of a service's health at the ingress. */
export const healthPath = (service: string): string => `${HEALTH_PATH}/${service}`;

const INGRESS = { service: "traefik", by: "traefik" } as const;
const LLM_PROXY = { service: "llm-proxy", port: 4000 } as const;
const DIFY = { service: "dify", port: 8080 } as const;
const DIFY_API = { service: "dify-api", port: 5001 } as const;

const ask = (service: string, port: number, path: string): HealthQuestion => ({ service, port, path });
const ofAi = { bundle: "ai" } as const;
const ofDify = { bundle: "dify", by: "dify" } as const;

export const WATCHED: readonly Watched[] = [
  INGRESS,
  { service: ROUTER.service, by: "mcp-router", through: INGRESS.service },
  { service: "mcp-gateway", by: "mcp-router", asks: ask("mcp-gateway", 8811, "/health") },
  // It has no path for health, and each request to /mcp without a session would open one.
  { service: "mcp-nixos-http", by: "mcp-router", asks: { ...ask("mcp-nixos-http", 8000, "/"), anyAnswer: true } },

  { service: "open-webui", by: "mcp-router", ...ofAi, asks: ask("open-webui", 8080, "/health") },
  { service: "llm-proxy", by: "mcp-router", ...ofAi, asks: { ...LLM_PROXY, path: "/health/liveliness" } },
  { service: "llama-cpp", by: "llm-proxy", ...ofAi, asks: ask("llama-cpp", 8080, "/health") },
  { service: "whisper-cpp", by: "llm-proxy", ...ofAi, asks: ask("whisper-cpp", 8080, "/health") },

  { service: "dify", by: "mcp-router", bundle: "dify", asks: { ...DIFY, path: HEALTH_PATH } },
  // Its first page may redirect.
  { service: "dify-web", ...ofDify, asks: { ...ask("dify-web", 3000, "/"), anyAnswer: true } },
  { service: "dify-api", ...ofDify, asks: { ...DIFY_API, path: "/health" } },
  { service: "dify-plugin-daemon", ...ofDify, asks: ask("dify-plugin-daemon", 5002, "/health/check") },
  // Squid refuses a request that is not for a proxy, and so shows that it is there.
  { service: "dify-ssrf-proxy", ...ofDify, asks: { ...ask("dify-ssrf-proxy", 3128, "/"), anyAnswer: true } },
  { service: "dify-api-proxy", ...ofDify, asks: { ...ask("dify-api-proxy", 3128, "/"), anyAnswer: true } },
  // Whether Dify was set up is a row of its database (api/controllers/console/setup.py).
  {
    service: "dify-postgres",
    ...ofDify,
    through: DIFY_API.service,
    asks: { ...DIFY_API, path: "/console/api/setup" },
  },
  // Invitations are kept in Redis, and asking for one that is not there is no fault (api/controllers/console/auth/activate.py).
  {
    service: "dify-redis",
    ...ofDify,
    through: DIFY_API.service,
    asks: { ...DIFY_API, path: "/console/api/activate/check?token=health" },
  },
  { service: "minio", ...ofDify, asks: ask("minio", 9000, "/minio/health/live") },
];

/** Services that nothing may or can ask through the ingress, and why; `npm run mcp-status` knows how they are. */
export const UNWATCHED: Readonly<Record<string, string>> = {
  // Squid could ask it (cache_peer), but would look its name up once an hour only, and so miss a sandbox that was replaced.
  "oidc-auth": "who sees this page has just been let in by it",
  "dify-sandbox": "its network is closed to all but dify-api and the proxy",
  "dify-worker": "it takes its work from a queue and listens nowhere",
  "dify-worker-beat": "it hands out work at its time and listens nowhere",
};

/** Where another service of the stack asks on behalf of mcp-router. */
const CARRIERS: Readonly<Record<string, Upstream>> = { "llm-proxy": LLM_PROXY, dify: DIFY };

/** What mcp-router asks for a service: the service itself, or the one that asks it. */
function routerQuestion({ service, by, asks }: Watched): HealthQuestion | undefined {
  const carrier = CARRIERS[by];
  return carrier === undefined ? asks : { ...carrier, path: healthPath(service) };
}

/** A question and whose health it tells. */
export interface HealthRoute {
  readonly of: string;
  readonly bundle: Watched["bundle"];
  readonly asks: HealthQuestion;
  /** Somebody else is asked: when that one is not there, the service may be well all the same. */
  readonly relayed: boolean;
}

/** What mcp-router answers by asking somebody. */
export const ROUTER_HEALTH: readonly HealthRoute[] = WATCHED.flatMap((watched) => {
  const asks = routerQuestion(watched);
  const relayed = watched.by in CARRIERS;
  return asks === undefined ? [] : [{ of: watched.service, bundle: watched.bundle, asks, relayed }];
});

/** The questions that this service asks for mcp-router. */
export const healthRoutesBy = (by: Watched["by"]): HealthRoute[] =>
  WATCHED.flatMap(({ service, bundle, by: asker, asks }) =>
    asker === by && asks !== undefined ? [{ of: service, bundle, asks, relayed: asks.service !== service }] : [],
  );
