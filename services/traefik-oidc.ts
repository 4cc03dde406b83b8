/** The parts of Traefik's dynamic configuration that send browsers to sign in. */
import { OIDC_AUTH, OIDC_EXEMPT, OIDC_PAGES, OIDC_PATH } from "./oidc";
import { HEALTH_PATH, upstreamUrl } from "./routes";

/** Attached to every route of browsers; empty where nobody signs in by OpenID Connect. */
export const OIDC = "oidc-auth";

/** The path itself and what is below it; with a slash at its end, only that. */
export const below = (path: string): string =>
  path.endsWith("/") ? `PathPrefix(\`${path}\`)` : `Path(\`${path}\`) || PathPrefix(\`${path}/\`)`;

/** Rule of paths below any host that no browser session guards. */
export const exemptRule = OIDC_EXEMPT.map(({ path }) => below(path)).join(" || ");

/**
 * Rule of paths of the ingress itself that no browser session guards: programs show tokens there, or ask how to. Of health
 * only the router's own.
 */
export const openRule = [below("/mcp"), below("/.well-known/"), `Path(\`${HEALTH_PATH}\`)`].join(" || ");

export const signInRule = `PathPrefix(\`${OIDC_PATH}/\`)`;

export const guardsPages = (service: string): boolean => OIDC_PAGES.includes(service);

/** Headers by which applications are told who somebody is; nobody here sets them, so a client's are lies. */
const IDENTITY = [
  ...["X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username"],
  ...["X-Forwarded-Access-Token", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups"],
];

/** Middlewares by name. */
export const oidcMiddlewares = (auth: string): Readonly<Record<string, object>> =>
  auth === "oidc"
    ? {
        [OIDC]: { chain: { middlewares: ["no-identity", "oidc-session"] } },
        "no-identity": { headers: { customRequestHeaders: Object.fromEntries(IDENTITY.map((name) => [name, ""])) } },
        // Keys of applications (Authorization) are none of its business.
        "oidc-session": {
          forwardAuth: {
            address: `${upstreamUrl(OIDC_AUTH)}/`,
            authRequestHeaders: ["Cookie", "Accept", "X-Requested-With"],
          },
        },
      }
    : { [OIDC]: { chain: { middlewares: [] } } };
