import { nginxConf } from "../../services/nginx-conf";
import { audiences, OIDC_EXEMPT, redirectAddresses } from "../../services/oidc";
import { oidcAuthService } from "../../services/oidc-auth";
import { dynamicConfig } from "../../services/traefik-dynamic";
import { configOf, OIDC } from "../support/config";
import { all, inside, parseNginx } from "../support/nginx";

interface Dynamic {
  readonly http: {
    readonly routers: Record<string, { rule: string; priority: number; service: string; middlewares: string[] }>;
    readonly middlewares: Record<string, Record<string, unknown>>;
    readonly services: Record<string, object>;
  };
}
const dynamic = (set: Record<string, string>): Dynamic["http"] => (dynamicConfig(configOf(set)) as Dynamic).http;
const cfg = (set: Record<string, string> = {}): string => {
  const [directory] = oidcAuthService(configOf({ ...OIDC, ...set })).files;
  return directory?.files.find(({ path }) => path === "oauth2-proxy.cfg")?.content ?? "";
};

describe("without oidc", () => {
  it.each(["none", "token", "basic"])("nothing of it is configured with auth %s", (auth) => {
    const { middlewares, services, routers } = dynamic({ auth });
    expect(middlewares["oidc-auth"]).toEqual({ chain: { middlewares: [] } });
    expect(Object.keys(services)).not.toContain("oidc-auth");
    expect(Object.values(routers).flatMap((router) => router.middlewares)).not.toContain("oidc-auth");
    expect(nginxConf(configOf({ auth }))).not.toMatch(/oauth-protected-resource|oidc/);
  });
});

describe("at the ingress", () => {
  const { routers, middlewares } = dynamic(OIDC);

  it("a session guards pages, and nothing that programs ask for", () => {
    const guarded = Object.entries(routers).filter(([, router]) => router.middlewares.includes("oidc-auth"));
    expect(guarded.map(([name]) => name).sort()).toEqual(
      ["dify", "mcp-router", "webui"].flatMap((name) => [name, `${name}-browser`]),
    );
  });

  it("each exemption comes before what it is exempted from", () => {
    for (const name of ["dify", "mcp-router", "webui"]) {
      const [exempt, guarded] = [routers[`${name}-exempt`], routers[`${name}-browser`]];
      expect([name, (exempt?.priority ?? 0) > (guarded?.priority ?? 0)]).toEqual([name, true]);
      expect(exempt?.service).toBe(guarded?.service);
    }
    for (const { path } of OIDC_EXEMPT) expect(routers["dify-exempt"]?.rule).toContain(`\`${path}`);
  });

  it("the check gets the cookie and no key of an application", () => {
    expect(middlewares["oidc-session"]).toMatchObject({
      forwardAuth: { address: "http://oidc-auth:4180/", authRequestHeaders: ["Cookie", "Accept", "X-Requested-With"] },
    });
  });
});

describe("at mcp-router", () => {
  const http = inside(parseNginx(nginxConf(configOf(OIDC))), "http");
  const text = nginxConf(configOf({ ...OIDC, oidcAudiences: "https://mcp.example.org" }));

  it("both endpoints ask oidc-auth, and the request for it has the token alone", () => {
    expect(text.match(/auth_request \/oidc\/bearer;/g)).toHaveLength(2);
    expect(text).toMatch(/location = \/oidc\/bearer \{\s+internal;[^}]*\}[^}]*proxy_pass_request_headers off;/);
    expect(text).not.toMatch(/proxy_set_header Cookie \$/);
  });

  it("audiences are the address that was asked, and those of the config", () => {
    expect(text).toContain('set $audiences "$public_scheme://$http_host$resource_path https://mcp.example.org";');
  });

  it("the metadata are where RFC 9728 says, for each endpoint", () => {
    const places = all(http, "server")
      .flatMap(({ block }) => all(block, "location"))
      .map(({ args }) => args.at(-1));
    for (const path of ["", "/mcp", "/mcp/nixos"])
      expect(places).toContain(`/.well-known/oauth-protected-resource${path}`);
  });
});

describe("oidc-auth", () => {
  it("gets secrets by files only, and its cookie is what it should be", () => {
    expect(cfg()).toContain('client_secret_file = "/run/secrets/oidc-client-secret/value"');
    expect(cfg()).toContain('cookie_secret_file = "/run/secrets/oidc-cookie-secret/value"');
    expect(cfg()).toMatch(/cookie_secure = false\ncookie_httponly = true\ncookie_samesite = "lax"/);
    expect(cfg({ tls: "internal" })).toContain("cookie_secure = true");
  });

  it.each([
    ["*", '["*"]', false],
    ["@example.org,@example.com", '["example.org","example.com"]', false],
    ["anna@example.org", "[]", true],
  ])("lets in %s", (oidcAllowed, domains, emails) => {
    expect(cfg({ oidcAllowed })).toContain(`email_domains = ${domains}\n`);
    expect(cfg({ oidcAllowed }).includes("authenticated_emails_file")).toBe(emails);
  });

  it("knows tokens for the endpoints by every name that is known, and by no other", () => {
    const config = configOf({ ...OIDC, tls: "internal", baseDomain: "box.lan", allowedHosts: "box" });
    expect(audiences(config)).toEqual(
      ["localhost", "127.0.0.1", "box.lan", "box"].flatMap((host) => [
        `https://${host}:8443/mcp`,
        `https://${host}:8443/mcp/nixos`,
      ]),
    );
    expect(redirectAddresses(config)).toContain("https://dify.box.lan:8443/oauth2/callback");
  });
});

describe("a config is refused", () => {
  it.each([
    ["oidcIssuer", "id.example.org", /is no http or https URL/],
    ["oidcIssuer", "https://id.example.org/'$x", /is no http or https URL/],
    ["oidcAllowed", "anna", /neither an e-mail address nor @ and a domain/],
    ["oidcScopes", "open id", /is no scope/],
  ])("%s %s", (key, value, why) => expect(() => configOf({ ...OIDC, [key]: value })).toThrow(why));
});
