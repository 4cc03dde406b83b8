/** Rendering of Squid's configuration: text in, text out. What it allows is what Dify's own proxy allows at this release. */
import { literal } from "../access";
import { PATH_ROUTES, ROUTER, upstreamUrl } from "../routes";

export const PROXY_PORT = 3128;

/** Networks that no request of a workflow or of code in the sandbox may reach: private, local, multicast and reserved ones. */
export const CLOSED_NETWORKS = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  ...["224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::/96", "::ffff:0:0/96", "fc00::/7", "fe80::/10"],
] as const;

/** Clients: only what is on the networks of the bundle. */
const CLIENTS = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/** Ports for plain HTTP; 443 alone may be tunnelled to. */
const PORTS = ["80", "443", "1025-65535"];

const MCP_PATHS = PATH_ROUTES.map(({ path }) => path);

/** Dify's API asks MCP servers through its proxy: the stack's own are let through by name, port and path, and nothing else. */
export const MCP_OPENING = `# Dify adds them as ${MCP_PATHS.map((path) => upstreamUrl(ROUTER) + path).join(" and ")}.
# -n: an address in place of the name is never looked up.
acl mcp_router dstdomain -n ${ROUTER.service}
acl mcp_port port ${ROUTER.port}
acl mcp_path urlpath_regex ^(${MCP_PATHS.map(literal).join("|")})/?$
http_access allow clients mcp_router mcp_port mcp_path
`;

/**
 * Where clients have to sign in, the services' token is added for the router, and for nothing else; {value} stands for it. A
 * request that brings a token keeps its own. https://www.squid-cache.org/Doc/config/request_header_add/
 */
export const MCP_TOKEN_RULE = `acl brings_token req_header Authorization .
request_header_add Authorization "Bearer {value}" mcp_router mcp_port mcp_path !brings_token
`;

/**
 * squid.conf, for a Squid without a cache on disk, as any user, on a read-only root. `opening` are rules for what is let
 * through although it is private.
 */
export const squidConf = (name: string, opening = ""): string => `# Generated from services/dify/; change it there.
acl clients src ${CLIENTS.join(" ")}
acl closed dst ${CLOSED_NETWORKS.join(" ")}
acl web_ports port ${PORTS.join(" ")}
acl tunnel_ports port 443
acl tunnel method CONNECT

http_access deny !web_ports
http_access deny tunnel !tunnel_ports
http_access deny manager
${opening}# A name is looked up here, once, so what is checked is what is connected to.
http_access deny closed
http_access allow clients
http_access deny all

http_port ${PROXY_PORT}
visible_hostname ${name}
# Not which container asks, nor through what.
via off
forwarded_for delete
httpd_suppress_version_string on

# As much as a workflow may send at once.
client_request_buffer_max_size 100 MB
connect_timeout 30 seconds
request_timeout 120 seconds
read_timeout 120 seconds
client_lifetime 5 minutes
shutdown_lifetime 3 seconds
dns_timeout 30 seconds

cache deny all
cache_mem 8 MB
memory_pools off
pinger_enable off
pid_filename none
coredump_dir /tmp
access_log stdio:/dev/stdout
cache_log /dev/stderr
cache_store_log none
logfile_rotate 0
`;
