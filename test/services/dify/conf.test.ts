import { difyNginxConf, PROXY_HEADERS } from "../../../services/dify/nginx-conf";
import { MCP_OPENING, squidConf } from "../../../services/dify/squid-conf";

/** Lines that do something, without their indentation. */
const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

describe("squid.conf", () => {
  it("is this", () => {
    expect(lines(squidConf("dify-ssrf-proxy"))).toEqual([
      "acl clients src 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 fc00::/7",
      "acl closed dst 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 " +
        "224.0.0.0/4 240.0.0.0/4 ::/128 ::1/128 ::/96 ::ffff:0:0/96 fc00::/7 fe80::/10",
      "acl web_ports port 80 443 1025-65535",
      "acl tunnel_ports port 443",
      "acl tunnel method CONNECT",
      "http_access deny !web_ports",
      "http_access deny tunnel !tunnel_ports",
      "http_access deny manager",
      "http_access deny closed",
      "http_access allow clients",
      "http_access deny all",
      "http_port 3128",
      "visible_hostname dify-ssrf-proxy",
      "via off",
      "forwarded_for delete",
      "httpd_suppress_version_string on",
      "client_request_buffer_max_size 100 MB",
      "connect_timeout 30 seconds",
      "request_timeout 120 seconds",
      "read_timeout 120 seconds",
      "client_lifetime 5 minutes",
      "shutdown_lifetime 3 seconds",
      "dns_timeout 30 seconds",
      "cache deny all",
      "cache_mem 8 MB",
      "memory_pools off",
      "pinger_enable off",
      "pid_filename none",
      "coredump_dir /tmp",
      "access_log stdio:/dev/stdout",
      "cache_log /dev/stderr",
      "cache_store_log none",
      "logfile_rotate 0",
    ]);
  });

  it("lets the stack's MCP servers through where it is told to, before private networks are refused", () => {
    const [closed, opened] = [squidConf("x"), squidConf("x", MCP_OPENING)].map(lines) as [string[], string[]];
    const added = [
      "acl mcp_router dstdomain -n mcp-router",
      "acl mcp_port port 8080",
      "acl mcp_path urlpath_regex ^(/mcp|/mcp/nixos)/?$",
      "http_access allow clients mcp_router mcp_port mcp_path",
    ];
    const before = closed.indexOf("http_access deny closed");
    expect(opened).toEqual([...closed.slice(0, before), ...added, ...closed.slice(before)]);
    expect(MCP_OPENING).toContain("http://mcp-router:8080/mcp");
  });
});

describe("nginx.conf of Dify", () => {
  const conf = lines(difyNginxConf());
  /** What a location says, by its prefix. */
  const location = (prefix: string): string[] => {
    const start = conf.indexOf(`location ${prefix} {`);
    return conf.slice(start + 1, conf.indexOf("}", start));
  };
  const errors = (service: string): string[] => [
    `error_page 502 503 = @${service}-unreachable;`,
    `error_page 504 = @${service}-timeout;`,
  ];

  it.each([
    ...["/console/api", "/api", "/v1", "/openapi", "/files", "/mcp", "/triggers"].map((prefix) => [prefix, "dify-api"]),
    ["/explore", "dify-web"],
    ["/", "dify-web"],
  ])("sends %s to %s", (prefix = "", service = "") => {
    expect(location(prefix)).toEqual([`proxy_pass http://${service};`, ...errors(service)]);
  });

  it("tells the plugin daemon under which address it was asked", () => {
    expect(location("/e/")).toEqual([
      "proxy_pass http://dify-plugin-daemon;",
      "include proxy-headers.conf;",
      "proxy_set_header Dify-Hook-Url $forwarded_scheme://$http_host$request_uri;",
      ...errors("dify-plugin-daemon"),
    ]);
  });

  it("lets WebSocket through to the API", () => {
    expect(location("/socket.io/")).toEqual([
      "proxy_pass http://dify-api;",
      "include proxy-headers.conf;",
      "proxy_set_header Upgrade $http_upgrade;",
      "proxy_set_header Connection $connection_upgrade;",
      ...errors("dify-api"),
    ]);
  });

  it("looks its services up again, takes 100 MB, and streams for an hour", () => {
    expect(conf).toEqual(
      expect.arrayContaining([
        "server dify-api:5001 resolve max_fails=0;",
        "server dify-plugin-daemon:5002 resolve max_fails=0;",
        "server dify-web:3000 resolve max_fails=0;",
        "client_max_body_size 100m;",
        "proxy_buffering off;",
        "proxy_request_buffering off;",
        "proxy_read_timeout 3600s;",
        "proxy_send_timeout 3600s;",
      ]),
    );
  });

  it("passes on who asked, and how", () => {
    expect(lines(PROXY_HEADERS)).toEqual([
      "proxy_set_header Host $http_host;",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "proxy_set_header X-Forwarded-Proto $forwarded_scheme;",
      "proxy_set_header X-Forwarded-Host $http_host;",
      "proxy_set_header X-Forwarded-Port $forwarded_port;",
    ]);
  });
});
