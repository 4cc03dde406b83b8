/** The parts of nginx.conf by which mcp-router follows the MCP authorization specification (2025-06-18): text in, text out. */
import { OIDC_AUTH, type OidcSettings } from "./oidc";
import { PATH_ROUTES } from "./routes";

/** Path of the metadata of a protected resource (RFC 9728, section 3.1: before the path of the resource). */
export const metadataPath = (path: string): string => `/.well-known/oauth-protected-resource${path}`;

/**
 * Of the http block. $resource is the address of the endpoint as it was asked, which a token has to be for; the host in it was
 * judged already, and the ingress says whether it was asked by HTTPS.
 */
export const oidcMaps = (): string => `
map $http_x_forwarded_proto $public_scheme {
    default http;
    https https;
}
map $uri $resource_path {
    default ${PATH_ROUTES[0]?.path};
${PATH_ROUTES.map(({ path }) => `    "~^${path}/?$" ${path};`).join("\n")}
}
map $http_host $resource_metadata {
    default 'resource_metadata="$public_scheme://$http_host${metadataPath("$resource_path")}"';
}
map $sign_in $bearer_challenge {
    default "";
    required 'Bearer $resource_metadata';
    refused 'Bearer error="invalid_token", error_description="The token is not one for this resource", $resource_metadata';
}
# Of a token that looked right here, and that oidc-auth does not know.
map $http_host $refused_challenge {
    default 'Bearer error="invalid_token", error_description="The token is not valid", $resource_metadata';
}
upstream ${OIDC_AUTH.service} {
    zone ${OIDC_AUTH.service} 64k;
    server ${OIDC_AUTH.service}:${OIDC_AUTH.port} resolve max_fails=0;
    keepalive 16;
    keepalive_timeout 60s;
}`;

/** Of the public server, before any check: the audiences that a token may have, for the script. */
export const oidcVariables = ({ oidcAudiences }: Pick<OidcSettings, "oidcAudiences">): string =>
  `set $audiences "${["$public_scheme://$http_host$resource_path", ...oidcAudiences].join(" ")}";`;

const CHECK = "/oidc/bearer";

/** Of a guarded location: a token of the provider's is shown to oidc-auth, which knows signatures, times and people. */
export const oidcGuard = (): string[] => [
  `auth_request ${CHECK};`,
  // 401 is a right token of somebody who may not come: signing in again would not help, so it is 403 to clients (RFC 6750).
  "error_page 401 = @not-admitted;",
  "error_page 403 = @sign-in-refused;",
  "error_page 500 = @sign-in-unreachable;",
];

type MetadataSettings = Pick<OidcSettings, "oidcIssuer" | "oidcScopes">;

const metadata = (path: string, { oidcIssuer, oidcScopes }: MetadataSettings): string => {
  const document = {
    resource: `$public_scheme://$http_host${path}`,
    authorization_servers: [oidcIssuer],
    bearer_methods_supported: ["header"],
    scopes_supported: oidcScopes,
    resource_name: "MCP Gateway Stack",
  };
  return `return 200 '${JSON.stringify(document)}';`;
};

/** Of the public server: where MCP clients find out how to sign in, and the question to oidc-auth. */
export const oidcLocations = (settings: MetadataSettings): string => `
${PATH_ROUTES.map(
  ({ path }) => `location = ${metadataPath(path)} {
    ${metadata(path, settings)}
}`,
).join("\n")}
location = ${metadataPath("")} {
    ${metadata(PATH_ROUTES[0]?.path ?? "", settings)}
}
location = ${CHECK} {
    internal;
    # A token of the stack's own is known already.
    if ($token_state != jwt) {
        return 204;
    }
    proxy_pass http://${OIDC_AUTH.service}/oauth2/auth;
    proxy_method GET;
    # Nothing but the token goes there: a browser's session opens no MCP server, which other sites could make it use.
    proxy_pass_request_headers off;
    proxy_pass_request_body off;
    proxy_set_header Authorization $http_authorization;
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_connect_timeout 2s;
    proxy_read_timeout 10s;
}`;
