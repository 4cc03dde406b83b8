/** The maps of nginx.conf that judge hosts and origins, and those that make what a client sent fit for an answer. */
import { hostPattern, literal, type AccessSettings } from "./access";
import { ANSWERS, ROUTER } from "./routes";

/** Defines $host_refused, $origin_refused (each 0 or 1) and $shown_host, $shown_origin, $shown_source, $shown_path. */
export const accessMaps = (settings: AccessSettings): string => `
# The ingress asks on port ${ANSWERS.port} about a request of its own; on port ${ROUTER.port} the request itself is judged.
map $server_port $asked_host {
    ${ANSWERS.port}    $http_x_forwarded_host;
    default $http_host;
}
# mcp-router is the name by which other services of the stack call it.
map $host $host_refused {
    default 1;
    "~${hostPattern(settings, [ROUTER.service])}" 0;
}
# An Origin is fine if there is none, if it is the host that was asked, or if it is in allowedOrigins. "null" is foreign.
map "$http_origin $asked_host" $origin_refused {
    default 1;
    "~^ " 0;
    "~*^https?://([^/ ]+) \\1$" 0;
${settings.allowedOrigins.map((origin) => `    "~^${literal(origin)} " 0;\n`).join("")}}
# What a client sent is repeated only if it cannot break out of the JSON text.
map $http_host $shown_host {
    default "(unprintable)";
    "~^[][A-Za-z0-9._:-]+$" $http_host;
}
map $http_origin $shown_origin {
    default "(unprintable)";
    "~^[][A-Za-z0-9._:/-]+$" $http_origin;
}
map $http_x_real_ip $shown_source {
    default "(unknown)";
    "~^[0-9a-f.:]+$" $http_x_real_ip;
}
map $uri $shown_path {
    default "(unprintable)";
    "~^[A-Za-z0-9._~:@!&()*+,;=/-]+$" $uri;
}`;
