import { nginxConf } from "../../services/nginx-conf";
import { configOf } from "../support/config";
import { inside, mapped, parseNginx } from "../support/nginx";

const http = (set: Record<string, string> = {}) => inside(parseNginx(nginxConf(configOf(set))), "http");

describe("the check of hosts", () => {
  const refused = (host: string, set = {}): string | undefined =>
    mapped(inside(http(set), "map", "$host", "$host_refused"), host);

  it.each([
    ["localhost", "0"],
    ["webui.localhost", "0"],
    ["192.168.1.20", "0"],
    ["[::1]", "0"],
    ["mcp-router", "0"],
    ["localhost.evil.com", "1"],
    ["127.0.0.1.nip.io", "1"],
    ["mcp-router.evil.com", "1"],
    ["default", "1"],
    ["", "1"],
  ])("%p: %s", (host, expected) => {
    expect(refused(host)).toBe(expected);
  });

  it("knows allowedHosts", () => {
    expect(refused("box.lan")).toBe("1");
    expect(refused("box.lan", { allowedHosts: "box.lan" })).toBe("0");
  });
});

describe("the check of origins", () => {
  const map = inside(
    http({ allowedOrigins: "https://app.lan,http://dev.lan:5173" }),
    "map",
    "$http_origin $asked_host",
    "$origin_refused",
  );

  it.each([
    ["no origin", "", "localhost:8811", "0"],
    ["the asked host", "http://localhost:8811", "localhost:8811", "0"],
    ["the asked host, through TLS in front", "https://box.lan", "box.lan", "0"],
    ["the asked host in another case", "http://LOCALHOST:8811", "localhost:8811", "0"],
    ["an allowed origin", "https://app.lan", "localhost:8811", "0"],
    ["an allowed origin with its port", "http://dev.lan:5173", "localhost:8811", "0"],
    ["another site", "https://evil.com", "localhost:8811", "1"],
    ["the opaque origin", "null", "localhost:8811", "1"],
    ["another port of this host", "http://localhost:3000", "localhost:8811", "1"],
    ["this host without its port", "http://localhost", "localhost:8811", "1"],
    ["a host that begins with the asked one", "http://localhost:8811.evil.com", "localhost:8811", "1"],
    ["a host that ends with the asked one", "http://evil-localhost:8811", "localhost:8811", "1"],
    ["a host that begins with an allowed one", "https://app.lan.evil.com", "localhost:8811", "1"],
    ["an allowed host without TLS", "http://app.lan", "localhost:8811", "1"],
    ["an allowed host whose dot is another letter", "https://appxlan", "localhost:8811", "1"],
    ["an extension of a browser", "chrome-extension://localhost:8811", "localhost:8811", "1"],
    ["several origins", "https://evil.com https://app.lan", "localhost:8811", "1"],
  ])("%s", (_what, origin, host, expected) => {
    expect(mapped(map, `${origin} ${host}`)).toBe(expected);
  });

  it("asks about the host of the client, not of the ingress, when the ingress asks", () => {
    const asked = inside(http(), "map", "$server_port", "$asked_host");
    expect([mapped(asked, "8080"), mapped(asked, "8081")]).toEqual(["$http_host", "$http_x_forwarded_host"]);
  });
});

describe("what a client sent, in an answer", () => {
  it.each([
    ["$http_host", "$shown_host", 'a","x":"b', "(unprintable)"],
    ["$http_host", "$shown_host", "[::1]:8811", "$http_host"],
    ["$http_origin", "$shown_origin", 'http://a","x":"', "(unprintable)"],
    ["$http_origin", "$shown_origin", "http://a b", "(unprintable)"],
    ["$http_origin", "$shown_origin", "https://evil.com:8443", "$http_origin"],
    ["$http_x_real_ip", "$shown_source", '1"', "(unknown)"],
    ["$http_x_real_ip", "$shown_source", "203.0.113.9", "$http_x_real_ip"],
    ["$uri", "$shown_path", '/a"b', "(unprintable)"],
    ["$uri", "$shown_path", "/a\\b", "(unprintable)"],
    ["$uri", "$shown_path", "/a\nb", "(unprintable)"],
    ["$uri", "$shown_path", "/mcp/x~1", "$uri"],
  ])("%s as %s: %j becomes %j", (from, to, text, expected) => {
    expect(mapped(inside(http(), "map", from, to), text)).toBe(expected);
  });
});
