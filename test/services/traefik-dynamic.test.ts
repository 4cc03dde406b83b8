import { hostPattern } from "../../services/access";
import { ANSWERS, HOST_ROUTES } from "../../services/routes";
import { dynamicConfig } from "../../services/traefik-dynamic";
import { OIDC } from "../../services/traefik-oidc";
import { configOf } from "../support/config";

interface Router {
  readonly rule: string;
  readonly priority: number;
  readonly service: string;
  readonly middlewares: readonly string[];
  readonly entryPoints: readonly string[];
}

interface Dynamic {
  readonly http: {
    readonly routers: Readonly<Record<string, Router>>;
    readonly middlewares: Readonly<Record<string, Record<string, unknown>>>;
    readonly services: Readonly<Record<string, { readonly loadBalancer: { readonly servers: readonly unknown[] } }>>;
    readonly serversTransports: Readonly<Record<string, unknown>>;
  };
}

const dynamic = (set: Record<string, string> = {}): Dynamic["http"] => (dynamicConfig(configOf(set)) as Dynamic).http;

const routers = Object.entries(dynamic().routers);
/** Routers that lead to a service of the stack rather than to a refusal. */
const open = routers.filter(([, { service }]) => service !== "answers");

/** A middleware with those that it chains, in the order in which they act. */
const unchained = (name: string, set: Record<string, string> = {}): string[] => {
  const chain = dynamic(set).middlewares[name]?.["chain"] as { middlewares: string[] } | undefined;
  return chain === undefined ? [name] : chain.middlewares.flatMap((member) => unchained(member, set));
};

describe("routers", () => {
  it("are these, by priority", () => {
    const table = routers.map(([name, { priority, rule, service }]) => [priority, name, rule, service]);
    const origin = "HeaderRegexp(`Origin`, `.*`)";
    const health = "Path(`/healthz/traefik`) && (Method(`GET`) || Method(`HEAD`))";
    const path = "Path(`/llm/v1`) || PathPrefix(`/llm/v1/`)";
    expect(table.slice(2).sort(([a], [b]) => Number(b) - Number(a))).toEqual([
      [301, "webui-browser", `(Host(\`webui.localhost\`)) && ${origin}`, "open-webui"],
      [301, "llm-browser", `(Host(\`llm.localhost\`)) && ${origin}`, "llm-proxy"],
      [301, "dify-browser", `(Host(\`dify.localhost\`)) && ${origin}`, "dify"],
      [300, "webui", "Host(`webui.localhost`)", "open-webui"],
      [300, "llm", "Host(`llm.localhost`)", "llm-proxy"],
      [300, "dify", "Host(`dify.localhost`)", "dify"],
      [201, "llm-path-browser", `(${path}) && ${origin}`, "llm-proxy"],
      [201, "own-health-browser", `(${health}) && ${origin}`, "ping@internal"],
      [200, "llm-path", path, "llm-proxy"],
      [200, "own-health", health, "ping@internal"],
      [101, "mcp-router-browser", `(PathPrefix(\`/\`)) && ${origin}`, "mcp-router"],
      [100, "mcp-router", "PathPrefix(`/`)", "mcp-router"],
    ]);
  });

  it("refuse foreign addresses and hosts before anything else is looked at", () => {
    const { "refuse-source": source, "refuse-host": host } = dynamic({ allowedSources: "127.0.0.0/8,::1" }).routers;
    expect(source).toEqual({
      entryPoints: ["web"],
      rule: "!ClientIP(`127.0.0.0/8`) && !ClientIP(`::1`)",
      priority: 1000,
      service: "answers",
      middlewares: ["to-refused-source"],
    });
    expect(host).toEqual({
      entryPoints: ["web"],
      rule: `!HostRegexp(\`${hostPattern(configOf())}\`)`,
      priority: 900,
      service: "answers",
      middlewares: ["to-refused-host"],
    });
    expect(Math.max(...open.map(([, { priority }]) => priority))).toBeLessThan(900);
  });

  it("follow baseDomain", () => {
    const { webui, "refuse-host": host } = dynamic({ baseDomain: "box.lan" }).routers;
    expect(webui?.rule).toBe("Host(`webui.box.lan`)");
    expect(host?.rule).toContain("(localhost|box\\.lan)");
  });

  it("listen on the published entry point only", () => {
    expect(routers.filter(([, { entryPoints }]) => entryPoints.join() !== "web")).toEqual([]);
  });

  it("use only middlewares and services that are declared", () => {
    const { middlewares, services } = dynamic();
    const used = routers.flatMap(([, router]) => router.middlewares.flatMap((name) => [name, ...unchained(name)]));
    expect(used.filter((name) => !(name in middlewares))).toEqual([]);
    expect(routers.filter(([, { service }]) => !(service in services) && service !== "ping@internal")).toEqual([]);
  });
});

describe("access", () => {
  it.each(open)("%s is limited to the allowed addresses before anything else happens", (_name, { middlewares }) => {
    expect(unchained(middlewares[0] ?? "")[0]).toBe("sources");
  });

  it.each(open.filter(([name]) => !name.endsWith("-browser")))(
    "%s leads to the same place with an Origin, through the check of it",
    (name, { middlewares, service, priority }) => {
      const twin = dynamic().routers[`${name}-browser`];
      expect(twin).toMatchObject({ service, priority: priority + 1 });
      expect(twin?.middlewares.flatMap((member) => unchained(member))).toEqual([
        "sources",
        "origins",
        ...middlewares.slice(1),
      ]);
    },
  );

  it("lists the allowed addresses, and asks mcp-router about origins without showing it cookies or tokens", () => {
    expect(dynamic({ allowedSources: "10.0.0.0/8,fd00::/8" }).middlewares).toMatchObject({
      sources: { ipAllowList: { sourceRange: ["10.0.0.0/8", "fd00::/8"] } },
      origins: { forwardAuth: { address: "http://mcp-router:8081/origin", authRequestHeaders: ["Origin"] } },
    });
  });

  it("lets nobody's pages read answers unless there are allowedOrigins", () => {
    expect(dynamic().middlewares).not.toHaveProperty("cors");
    expect(unchained("access-browser")).toEqual(["sources", "origins"]);
  });

  it("lets pages of allowedOrigins read answers, after they were checked", () => {
    const set = { allowedOrigins: "https://app.lan,http://dev.lan:5173" };
    expect(unchained("access-browser", set)).toEqual(["sources", "origins", "cors"]);
    expect(dynamic(set).middlewares["cors"]).toEqual({
      headers: {
        accessControlAllowOriginList: ["https://app.lan", "http://dev.lan:5173"],
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
  });

  it("declares oidc-auth, which does nothing and is attached to nothing yet", () => {
    expect(OIDC).toBe("oidc-auth");
    expect(dynamic().middlewares[OIDC]).toEqual({ chain: { middlewares: [] } });
    expect(JSON.stringify(dynamic()).match(/oidc-auth/g)).toHaveLength(1);
  });
});

describe("bundles that are off", () => {
  it.each(HOST_ROUTES.map(({ service }) => service))("%s: a dead name becomes mcp-router's 503", (service) => {
    expect(dynamic().middlewares[`off-${service}`]).toEqual({
      errors: {
        status: ["502", "504"],
        statusRewrites: { "502": 503, "504": 503 },
        service: "answers",
        query: `/off/${service}`,
      },
    });
    const leading = open.filter(([, router]) => router.service === service);
    expect(leading).not.toHaveLength(0);
    expect(leading.filter(([, { middlewares }]) => !middlewares.includes(`off-${service}`))).toEqual([]);
  });

  it("are the only ones whose answers are replaced: errors of MCP servers pass untouched", () => {
    const toRouter = open.filter(([, { service }]) => service === "mcp-router");
    expect(toRouter.flatMap(([, { middlewares }]) => middlewares)).toEqual(["access", "access-browser"]);
  });

  it("take the prefix of a path off, and leave hosts alone", () => {
    expect(dynamic().middlewares["strip-llm"]).toEqual({ stripPrefix: { prefixes: ["/llm"] } });
    const stripping = open.filter(([, { middlewares }]) => middlewares.includes("strip-llm"));
    expect(stripping.map(([name]) => name)).toEqual(["llm-path", "llm-path-browser"]);
  });
});

describe("services", () => {
  it("are the router, its answers, and those of the bundles", () => {
    const urls = Object.entries(dynamic().services).map(([name, { loadBalancer }]) => [name, loadBalancer.servers]);
    expect(Object.fromEntries(urls)).toEqual({
      answers: [{ url: `http://mcp-router:${ANSWERS.port}` }],
      "mcp-router": [{ url: "h2c://mcp-router:8080" }],
      "open-webui": [{ url: "http://open-webui:8080" }],
      "llm-proxy": [{ url: "http://llm-proxy:4000" }],
      dify: [{ url: "http://dify:8080" }],
    });
  });

  it("wait for a first byte without end, and keep connections for less than mcp-router's 300 s", () => {
    expect(dynamic().serversTransports).toEqual({
      upstreams: {
        forwardingTimeouts: {
          dialTimeout: "5s",
          responseHeaderTimeout: "0s",
          idleConnTimeout: "60s",
          readIdleTimeout: "10s",
          pingTimeout: "5s",
        },
        maxIdleConnsPerHost: 64,
      },
    });
    const transports = Object.values(dynamic().services).map(({ loadBalancer }) => loadBalancer);
    expect(transports.filter((balancer) => !("serversTransport" in balancer))).toEqual([]);
  });
});
