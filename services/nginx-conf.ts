/** Rendering of mcp-router's nginx.conf: text in, text out. */
import type { Config } from "../config";
import { HOST_REFUSED, ORIGIN_REFUSED, type AccessSettings } from "./access";
import { healthPath, ROUTER_HEALTH } from "./health";
import { accessMaps } from "./nginx-access";
import { OWN_ERRORS, OWN_ERROR_PAGES, answersServer, deadUpstream, indent, reply } from "./nginx-answers";
import { signInChecks, signInErrors, signInMaps, signInModule, sessionTie, type SignInSettings } from "./nginx-auth";
import { oidcGuard, oidcLocations } from "./nginx-oidc";
import { healthLocations } from "./nginx-health";
import { LIMIT_ERROR_PAGES, limitSettings, serverLimits, type LimitSettings } from "./nginx-limits";
import { pageLocations } from "./nginx-page";
import { HEALTH_PATH, PATH_ROUTES, ROUTER, type PathRoute } from "./routes";

/** The part of the config that shapes mcp-router. */
export type RouterSettings = AccessSettings & LimitSettings & SignInSettings & Pick<Config, "accessLog">;

/** Directory of nginx.conf and what belongs to it. */
export const CONFIG_DIRECTORY = "/etc/mcp-router";

/** Written at start from the container's own resolv.conf: Docker's resolver is 127.0.0.11, Podman's is the gateway. */
export const RESOLVER_FILE = "/tmp/resolver.conf";
/** Directory of the secret `gateway-token`. */
export const TOKEN_DIRECTORY = "/run/secrets/gateway-token";

const unique = (routes: readonly PathRoute[]): PathRoute[] => [
  ...new Map(routes.map((route) => [route.service, route])).values(),
];

/** The name is looked up again every second (start.sh), so a replaced container is found without a restart of Nginx. */
const upstream = (route: PathRoute): string => `
upstream ${route.service} {
    zone ${route.service} 64k;
    server ${route.service}:${route.port} resolve max_fails=0;
    keepalive 32;
    keepalive_requests 100000;
    keepalive_timeout ${route.keepAliveSeconds}s;
}`;

const authorization = (route: PathRoute): string =>
  route.authorization === "gateway-token"
    ? `include ${TOKEN_DIRECTORY}/authorization.conf;`
    : `proxy_set_header Authorization "";`;

const pathLocation = (route: PathRoute, { auth }: RouterSettings): string => `
# ${route.description}
location = ${route.path} {
    proxy_pass http://${route.service}${route.upstreamPath};
    proxy_set_header Host $proxy_host;
    proxy_set_header Connection "";
    # Checked above; the upstream knows nothing of our hosts and would refuse it.
    proxy_set_header Origin "";
    # Browsers send the cookies of everything on this host.
    proxy_set_header Cookie "";
    # What the client sent never gets through.
    ${[authorization(route), ...sessionTie(auth)].join("\n    ")}
    ${[...(auth === "oidc" ? oidcGuard() : signInErrors(auth)), ...LIMIT_ERROR_PAGES, OWN_ERROR_PAGES].join("\n    ")}
    error_page 502 503 = @${route.service}-unreachable;
    error_page 504 = @${route.service}-timeout;
}
location = ${route.path}/ {
    rewrite ^ ${route.path} last;
}`;

const publicServer = (settings: RouterSettings): string => `
server {
    listen ${ROUTER.port} default_server;
    # The ingress speaks HTTP/2 to this port, health checks HTTP/1.1.
    http2 on;
    server_name _;

    # The ingress has checked both already. They hold here too, in case this port is ever published by itself.
    if ($host_refused) {
        ${reply(HOST_REFUSED("$shown_host"))}
    }
    if ($origin_refused) {
        ${reply(ORIGIN_REFUSED("$shown_origin"))}
    }
${indent(signInChecks(settings), 4)}${indent(serverLimits(settings), 4)}

    location = ${HEALTH_PATH} {
        access_log off;
        return 200 '{"status":"ok","service":"${ROUTER.service}"}';
    }
    location = ${healthPath(ROUTER.service)} {
        access_log off;
        # By way of a file that is not there: a \`return\` would come before the comparison of passwords.
        try_files /none @own-health;
    }
    location @own-health {
        return 200 '{"status":"ok","service":"${ROUTER.service}"}';
    }
${indent(healthLocations(ROUTER_HEALTH, { auth: settings.auth, limits: LIMIT_ERROR_PAGES }), 4)}
${indent(pageLocations(), 4)}
${settings.auth === "oidc" ? `${indent(oidcLocations(settings), 4)}\n` : ""}${indent(PATH_ROUTES.map((route) => pathLocation(route, settings)).join("\n"), 4)}
${indent(unique(PATH_ROUTES).map(deadUpstream).join("\n"), 4)}

    location / {
        ${reply({
          status: 404,
          type: "unknown_path",
          message: `There is nothing at $shown_path. MCP servers are at ${PATH_ROUTES.map(({ path }) => path).join(" and ")}.`,
        })}
    }
    ${OWN_ERRORS}
}`;

/** Where Nginx puts what does not fit into memory. */
export const TEMP_PATHS = `# The root file system is read-only.
client_body_temp_path /tmp/client-body;
proxy_temp_path /tmp/proxy;
fastcgi_temp_path /tmp/fastcgi;
uwsgi_temp_path /tmp/uwsgi;
scgi_temp_path /tmp/scgi;`;

const head = (settings: RouterSettings): string => `
default_type application/json;
server_tokens off;
include ${RESOLVER_FILE};
resolver_timeout 2s;

log_format json escape=json '{"time":"$time_iso8601","client":"$http_x_real_ip","method":"$request_method","uri":"$uri",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr","upstreamSeconds":"$upstream_response_time"}';
access_log ${settings.accessLog ? "/dev/stdout json" : "off"};

${TEMP_PATHS}

# Longer than the ingress keeps an idle connection (60 s).
keepalive_timeout 300s;
keepalive_requests 100000;
reset_timedout_connection on;

# Streams: every byte at once, both ways, and silent for as long as the ingress lets them last.
gzip off;
proxy_http_version 1.1;
proxy_buffering off;
proxy_request_buffering off;
proxy_connect_timeout 5s;
proxy_read_timeout ${settings.streamSeconds}s;
proxy_send_timeout ${settings.streamSeconds}s;
proxy_socket_keepalive on;
# A tool call is never sent twice.
proxy_next_upstream off;
`;

/** nginx.conf of mcp-router; needs Nginx 1.27.3 for `server … resolve`. */
export function nginxConf(settings: RouterSettings): string {
  const http = [
    head(settings),
    limitSettings(settings),
    accessMaps(settings),
    signInMaps(settings.auth, CONFIG_DIRECTORY),
    ...unique(PATH_ROUTES).map(upstream),
    publicServer(settings),
    answersServer(),
  ];
  return `# Generated from services/ by \`npm run render\`; change the routes or the config, not this file.
${signInModule(settings.auth)}daemon off;
# One core's worth of routing is plenty; the second worker takes over while the first is busy.
worker_processes 2;
# Closes event streams at a reload or stop, which never end by themselves.
worker_shutdown_timeout 3s;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
    # A stream takes two: some thousand streams at once.
    worker_connections 2048;
}

http {
${indent(
  http
    .map((part) => part.trim())
    .filter(Boolean)
    .join("\n\n"),
  4,
)}
}
`;
}
