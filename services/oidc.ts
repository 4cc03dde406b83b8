/** Signing in by OpenID Connect: names, addresses and exemptions, pure. */
import type { Config } from "../config";
import { HOST_ROUTES, hostOf, PATH_ROUTES, type Upstream } from "./routes";
import { originOf, type PublicAddress } from "./tls";

/** The part of the config that shapes it. */
export type OidcSettings = PublicAddress &
  Pick<
    Config,
    | "auth"
    | "accessLog"
    | "baseDomain"
    | "bindAddress"
    | "allowedHosts"
    | "oidcIssuer"
    | "oidcClientId"
    | "oidcScopes"
    | "oidcAllowed"
    | "oidcAudiences"
  >;

/** oauth2-proxy: the relying party. It answers for the ingress whether a browser may pass, and for mcp-router whether a token is right. */
export const OIDC_AUTH: Upstream = { service: "oidc-auth", port: 4180 };

/** Name of the line of `secretsFile` with the client's secret. */
export const CLIENT_SECRET = "OIDC_CLIENT_SECRET";
/** Secrets by which it is mounted, and what encrypts the session cookie. */
export const OIDC_SECRETS = { client: "oidc-client-secret", cookie: "oidc-cookie-secret" } as const;

/** Paths of its own, on every host: the start of signing in, its end, and signing out. */
export const OIDC_PATH = "/oauth2";

/**
 * Paths on hosts of applications that no browser session guards: who asks there is a program, and shows the application's own
 * key, or a signed address. With a slash at the end: what is below it; without: the path itself and what is below it.
 */
export const OIDC_EXEMPT: readonly { readonly path: string; readonly why: string }[] = [
  { path: "/v1", why: "Dify's service API, by keys of its apps" },
  { path: "/api", why: "the APIs of Open WebUI and of Dify's published apps, by their own tokens" },
  { path: "/files", why: "Dify's files, by signed addresses" },
  { path: "/e/", why: "endpoints of Dify's plugins, which decide for themselves" },
  { path: "/triggers", why: "webhooks of Dify's workflows, by addresses that are secrets" },
  { path: "/openapi", why: "Dify's API of its apps, by their keys" },
  { path: "/mcp", why: "Dify's apps as MCP servers, by addresses that are secrets" },
  { path: "/socket.io/", why: "Dify's live updates, by its own session" },
];

/** Services whose pages browsers come for; the LLM API is not one of them. */
export const OIDC_PAGES: readonly string[] = ["open-webui", "dify"];

/** Host names by which clients are known to come, without port. */
function knownHosts({ baseDomain, bindAddress, allowedHosts }: OidcSettings): string[] {
  const own = bindAddress === "0.0.0.0" ? [] : [bindAddress];
  return [...new Set(["localhost", "127.0.0.1", ...own, baseDomain, ...allowedHosts])];
}

/** What a token may be for: each MCP endpoint by each name, and what the config adds. */
export const audiences = (settings: OidcSettings): string[] => [
  ...knownHosts(settings).flatMap((host) => PATH_ROUTES.map(({ path }) => originOf(settings, host) + path)),
  ...settings.oidcAudiences,
];

/** Addresses that the provider has to know for this client: browsers come back to the host that they asked. */
export const redirectAddresses = (settings: OidcSettings): string[] => {
  const pages = HOST_ROUTES.filter(({ service }) => OIDC_PAGES.includes(service));
  const hosts = [...knownHosts(settings), ...pages.map((route) => hostOf(route, settings.baseDomain))];
  return hosts.map((host) => `${originOf(settings, host)}${OIDC_PATH}/callback`);
};
