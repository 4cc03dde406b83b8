import { nginxConf } from "../../services/nginx-conf";
import { ROUTER_HEALTH } from "../../services/health";
import { HOST_ROUTES, PATH_ROUTES } from "../../services/routes";
import { configOf } from "../support/config";
import { all, inside, one, parseNginx, type Directive } from "../support/nginx";

const http = (set: Record<string, string> = {}) => inside(parseNginx(nginxConf(configOf(set))), "http");
const serverOn = (port: number): readonly Directive[] =>
  all(http(), "server").find(({ block }) => one(block, "listen") === `${port} default_server`)?.block ?? [];
const clients = serverOn(8080);
const ingress = serverOn(8081);
const locations = (server: readonly Directive[]): string[] => all(server, "location").map(({ args }) => args.join(" "));

/** Every directive, however deep. */
const everything = (directives: readonly Directive[]): Directive[] =>
  directives.flatMap((directive) => [directive, ...everything(directive.block ?? [])]);

interface Answer {
  readonly status: number;
  readonly body: { readonly error: Record<string, unknown> };
}

/** What a `return` sends; the variables in it stand for plain text or, in $status, for a number. */
const answer = ({ args: [status, body = ""] }: Directive): Answer => ({
  status: Number(status),
  body: JSON.parse(body.replace(":$status,", ":400,")) as Answer["body"],
});
const answerAt = (server: readonly Directive[], ...location: string[]): Answer | undefined =>
  all(inside(server, "location", ...location), "return").map(answer)[0];

describe("nginx.conf", () => {
  it("runs as the container's one process, below the one writable directory, and logs to the container's log", () => {
    const top = parseNginx(nginxConf(configOf()));
    expect(one(top, "daemon")).toBe("off");
    expect(one(top, "error_log")).toBe("stderr warn");
    const written = everything(top).filter(({ name }) => /^pid$|_temp_path$/.test(name));
    expect(written.map(({ name }) => name).sort()).toEqual([
      "client_body_temp_path",
      "fastcgi_temp_path",
      "pid",
      "proxy_temp_path",
      "scgi_temp_path",
      "uwsgi_temp_path",
    ]);
    expect(written.filter(({ args }) => !args[0]?.startsWith("/tmp/"))).toEqual([]);
  });

  it.each([
    ["false", "off"],
    ["true", "/dev/stdout json"],
  ])("with accessLog %s logs requests to %s", (accessLog, expected) => {
    expect(one(http({ accessLog }), "access_log")).toBe(expected);
  });

  it("passes streams on at once, both ways, for an hour, and sends no request twice", () => {
    const settings = ["gzip", "proxy_http_version", "proxy_buffering", "proxy_request_buffering", "proxy_read_timeout"];
    settings.push("proxy_send_timeout", "proxy_next_upstream", "default_type");
    expect(Object.fromEntries(settings.map((name) => [name, one(http(), name)]))).toEqual({
      gzip: "off",
      proxy_http_version: "1.1",
      proxy_buffering: "off",
      proxy_request_buffering: "off",
      proxy_read_timeout: "3600s",
      proxy_send_timeout: "3600s",
      proxy_next_upstream: "off",
      default_type: "application/json",
    });
  });

  it("keeps connections to each service, and looks its name up again after a container was replaced", () => {
    const upstreams = all(http(), "upstream").map(({ args: [name], block }) => [name, one(block, "server")]);
    expect(upstreams).toEqual([
      ["mcp-gateway", "mcp-gateway:8811 resolve max_fails=0"],
      ["mcp-nixos-http", "mcp-nixos-http:8000 resolve max_fails=0"],
    ]);
    expect(all(http(), "upstream").map(({ block }) => one(block, "keepalive_timeout"))).toEqual(["60s", "3s"]);
    // `resolve` works only with a resolver and a zone in shared memory.
    expect(all(http(), "upstream").map(({ block }) => one(block, "zone"))).toEqual([
      "mcp-gateway 64k",
      "mcp-nixos-http 64k",
    ]);
    expect(one(http(), "include")).toBe("/tmp/resolver.conf");
  });
});

describe("the routes of clients", () => {
  it("are these, exact, and nothing else", () => {
    expect(locations(clients)).toEqual([
      "@too-large",
      "@too-many",
      "= /healthz",
      "= /healthz/mcp-router",
      "@own-health",
      ...ROUTER_HEALTH.flatMap(({ of }) => [`= /healthz/${of}`, `= /asked/${of}`, `@${of}-unwell`]),
      "@well",
      "= /",
      "= /start-page/page.css",
      "= /start-page/page.js",
      "= /start-page/icon.svg",
      "= /start-page/topology.svg",
      "@no-start-page",
      "= /mcp",
      "= /mcp/",
      "= /mcp/nixos",
      "= /mcp/nixos/",
      "@mcp-gateway-unreachable",
      "@mcp-gateway-timeout",
      "@mcp-nixos-http-unreachable",
      "@mcp-nixos-http-timeout",
      "/",
      "= /own-error",
    ]);
  });

  it.each(PATH_ROUTES.map((route) => [route.path, route] as const))("%s leads to its service", (path, route) => {
    const location = inside(clients, "location", "=", path);
    expect(one(location, "proxy_pass")).toBe(`http://${route.service}${route.upstreamPath}`);
    expect(all(location, "error_page").map(({ args }) => args.join(" "))).toEqual([
      "413 @too-large",
      "429 @too-many",
      expect.stringMatching(/^400 .* 505 \/own-error$/),
      `502 503 = @${route.service}-unreachable`,
      `504 = @${route.service}-timeout`,
    ]);
    expect(one(inside(clients, "location", "=", `${path}/`), "rewrite")).toBe(`^ ${path} last`);
  });

  it("hand neither cookies nor origin on, and the token of the gateway in place of any the client sent", () => {
    const headers = PATH_ROUTES.map(({ path }) => {
      const location = inside(clients, "location", "=", path);
      const set = Object.fromEntries(
        all(location, "proxy_set_header").map(({ args: [name = "", value] }) => [name, value]),
      );
      return [path, set, one(location, "include")];
    });
    const none = { Host: "$proxy_host", Connection: "", Origin: "", Cookie: "" };
    expect(headers).toEqual([
      ["/mcp", none, "/run/secrets/gateway-token/authorization.conf"],
      ["/mcp/nixos", { ...none, Authorization: "" }, undefined],
    ]);
  });

  it("are closed before any of them is looked at: to foreign hosts first, then to foreign origins", () => {
    const checks = all(clients, "if").map(({ args, block }) => [args.join(" "), all(block, "return").map(answer)]);
    expect(checks).toEqual([
      [
        "($host_refused)",
        [{ status: 403, body: { error: expect.objectContaining({ type: "host_refused" }) as unknown } }],
      ],
      [
        "($origin_refused)",
        [{ status: 403, body: { error: expect.objectContaining({ type: "origin_refused" }) as unknown } }],
      ],
    ]);
  });

  it("end in JSON: an unknown path, a service that does not answer, one that is late", () => {
    expect(answerAt(clients, "/")).toEqual({
      status: 404,
      body: {
        error: {
          status: 404,
          type: "unknown_path",
          message: "There is nothing at $shown_path. MCP servers are at /mcp and /mcp/nixos.",
        },
      },
    });
    expect(answerAt(clients, "@mcp-nixos-http-unreachable")).toMatchObject({
      status: 502,
      body: { error: { status: 502, type: "upstream_unreachable", service: "mcp-nixos-http" } },
    });
    expect(answerAt(clients, "@mcp-gateway-timeout")).toMatchObject({
      status: 504,
      body: { error: { status: 504, type: "upstream_timeout", service: "mcp-gateway" } },
    });
  });

  it("never intercept the answers of services: a 404 for an unknown session reaches the client", () => {
    const names = everything(http()).map(({ name }) => name);
    expect(names).not.toContain("proxy_intercept_errors");
  });
});

describe("the answers for the ingress", () => {
  it("are these", () => {
    expect(locations(ingress)).toEqual([
      "= /origin",
      "= /refused/host",
      "= /refused/source",
      "= /off/open-webui",
      "= /off/llm-proxy",
      "= /off/dify",
      "/",
      "= /own-error",
    ]);
  });

  it("refuse an origin or let it pass", () => {
    const location = inside(ingress, "location", "=", "/origin");
    const refusals = all(inside(location, "if", "($origin_refused)"), "return").map(answer);
    expect(refusals).toMatchObject([{ status: 403, body: { error: { type: "origin_refused" } } }]);
    expect(one(location, "return")).toBe("204");
  });

  it.each([
    ["/refused/host", "host_refused", "allowedHosts"],
    ["/refused/source", "source_refused", "allowedSources"],
  ])("%s is 403, type %s, and names %s", (path, type, configKey) => {
    expect(answerAt(ingress, "=", path)).toMatchObject({
      status: 403,
      body: { error: { status: 403, type, configKey } },
    });
  });

  it.each(HOST_ROUTES.map(({ service, bundle }) => [service, bundle]))(
    "say that %s belongs to the bundle %s, and how to turn it on",
    (service, bundle) => {
      const off = answerAt(ingress, "=", `/off/${service}`);
      expect(off).toMatchObject({
        status: 503,
        body: { error: { status: 503, type: "bundle_off", service, configKey: "bundles" } },
      });
      expect(off?.body.error["message"]).toContain(`pulumi config set bundles ${bundle} and pulumi up`);
    },
  );
});

describe("every answer of Nginx's own", () => {
  it("is JSON whose status is the one that is sent", () => {
    const returns = everything(http()).filter(({ name, args }) => name === "return" && args.length === 2);
    const errors = returns.filter(({ args: [status] }) => status !== "200").map(answer);
    expect(errors).not.toHaveLength(0);
    expect(errors.filter(({ status, body }) => body.error["status"] !== status)).toEqual([]);
  });

  it("covers the errors that Nginx finds before a route, on both ports", () => {
    for (const server of [clients, ingress]) {
      expect(all(server, "error_page").at(-1)?.args.join(" ")).toBe(
        "400 405 408 411 412 413 414 416 429 431 494 500 501 505 /own-error",
      );
      expect(answerAt(server, "=", "/own-error")?.body.error).toMatchObject({ type: "bad_request", status: 400 });
    }
  });
});
