/** Rendering of the nginx.conf of Dify's own proxy: text in, text out. */
import { indent, deadUpstream } from "../nginx-answers";
import { healthRoutesBy } from "../health";
import { healthLocations } from "../nginx-health";
import { RESOLVER_FILE, TEMP_PATHS } from "../nginx-conf";
import type { Upstream } from "../routes";
import { DIFY_ROUTES, type DifyRoute } from "./routes";

export const DIFY_PORT = 8080;
export const DIFY_HEALTH_PATH = "/healthz";

const unique: readonly Upstream[] = [...new Map(DIFY_ROUTES.map((route) => [route.service, route])).values()];

/** Without idle connections: none of the services says how long it keeps one. The name is looked up again every second. */
const upstream = ({ service, port }: Upstream): string => `
upstream ${service} {
    zone ${service} 64k;
    server ${service}:${port} resolve max_fails=0;
}`;

const location = ({ prefix, service, hookUrl, upgrade }: DifyRoute): string => {
  const special = [
    // Set here, all of the others have to be set again: that is what Nginx inherits by.
    ...(hookUrl || upgrade ? ["include proxy-headers.conf;"] : []),
    ...(hookUrl ? ["proxy_set_header Dify-Hook-Url $forwarded_scheme://$http_host$request_uri;"] : []),
    ...(upgrade ? ["proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $connection_upgrade;"] : []),
  ];
  const lines = [
    `proxy_pass http://${service};`,
    ...special,
    `error_page 502 503 = @${service}-unreachable;`,
    `error_page 504 = @${service}-timeout;`,
  ];
  return `location ${prefix} {\n${lines.map((line) => `    ${line}`).join("\n")}\n}`;
};

/** Headers of every request, a file of its own because some routes add to them. */
export const PROXY_HEADERS = `proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $forwarded_scheme;
proxy_set_header X-Forwarded-Host $http_host;
proxy_set_header X-Forwarded-Port $forwarded_port;
`;

const HEAD = `default_type application/octet-stream;
server_tokens off;
include ${RESOLVER_FILE};
resolver_timeout 2s;
access_log off;

${TEMP_PATHS}

client_max_body_size 100m;
client_header_buffer_size 4k;
large_client_header_buffers 4 64k;
# Longer than the ingress keeps an idle connection (60 s).
keepalive_timeout 300s;
reset_timedout_connection on;

# Streams: every byte at once, both ways, for an hour of silence.
gzip off;
proxy_http_version 1.1;
proxy_buffering off;
proxy_request_buffering off;
proxy_connect_timeout 5s;
proxy_read_timeout 3600s;
proxy_send_timeout 3600s;
proxy_next_upstream off;

# Behind the ingress, what the browser used is in its headers; on a port of its own there are none.
map $http_x_forwarded_proto $forwarded_scheme {
    default $scheme;
    http http;
    https https;
}
map $http_x_forwarded_port $forwarded_port {
    default $server_port;
    ~^[0-9]+$ $http_x_forwarded_port;
}
map $http_upgrade $connection_upgrade {
    default upgrade;
    "" "";
}
include proxy-headers.conf;`;

const server = (): string => `server {
    listen ${DIFY_PORT} default_server;
    server_name _;

    location = ${DIFY_HEALTH_PATH} {
        default_type application/json;
        return 200 '{"status":"ok","service":"dify"}';
    }
${indent(healthLocations(healthRoutesBy("dify")), 4)}
${indent(DIFY_ROUTES.map(location).join("\n"), 4)}
${indent(unique.map(deadUpstream).join("\n"), 4)}
}`;

/** nginx.conf of Dify's proxy; needs Nginx 1.27.3 for `server … resolve`. */
export const difyNginxConf = (): string => `# Generated from services/dify/; change the routes there.
daemon off;
worker_processes 2;
# Closes streams at a stop, which never end by themselves.
worker_shutdown_timeout 3s;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
    worker_connections 2048;
}

http {
${indent([HEAD, ...unique.map(upstream).map((text) => text.trim()), server()].join("\n\n"), 4)}
}
`;
