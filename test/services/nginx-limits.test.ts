import { nginxConf } from "../../services/nginx-conf";
import { configOf } from "../support/config";
import { all, inside, mapped, one, parseNginx, type Directive } from "../support/nginx";

const http = (set: Record<string, string> = {}) => inside(parseNginx(nginxConf(configOf(set))), "http");
const answerAt = (server: readonly Directive[] | undefined, location: string): unknown => {
  const { args: [status, body = ""] = [] } = all(inside(server, "location", location), "return")[0] ?? {};
  return { status: Number(status), body: JSON.parse(body) as unknown };
};

describe("what one client can take", () => {
  const set = {
    maxBodyMiB: "8",
    maxHeaderKiB: "16",
    requestsPerSecond: "50",
    streamsPerClient: "20",
    streamSeconds: "90",
  };
  const server = all(http(set), "server")[0]?.block;

  it("is bounded by the config, in both servers that a request passes", () => {
    expect(one(http(set), "client_max_body_size")).toBe("8m");
    expect(one(http(set), "large_client_header_buffers")).toBe("4 16k");
    expect(one(http(set), "proxy_read_timeout")).toBe("90s");
    expect(one(http(set), "limit_req_zone")).toBe("$client_address zone=requests:1m rate=50r/s");
    expect([one(server, "limit_req"), one(server, "limit_conn")]).toEqual([
      "zone=requests burst=200 nodelay",
      "streams 20",
    ]);
  });

  it("counts by the address that the ingress saw, and by its own where none is told", () => {
    const map = inside(http(), "map", "$http_x_real_ip", "$client_address");
    expect([mapped(map, "192.168.1.20"), mapped(map, "")]).toEqual(["$http_x_real_ip", "$remote_addr"]);
  });

  it("is refused by name", () => {
    expect(answerAt(server, "@too-large")).toMatchObject({
      status: 413,
      body: { error: { configKey: "maxBodyMiB" } },
    });
    expect(answerAt(server, "@too-many")).toMatchObject({
      status: 429,
      body: { error: { type: "too_many_requests" } },
    });
  });
});
