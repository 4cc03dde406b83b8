import { BUNDLES, KEYS } from "../../config";
import { ANSWERS, HEALTH_PATH, HOST_ROUTES, PATH_ROUTES, ROUTER, hostOf, upstreamUrl } from "../../services/routes";

const repeated = (values: readonly string[]): string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

describe("routes", () => {
  it("lead these paths to these services", () => {
    const table = PATH_ROUTES.map((route) => [
      route.path,
      upstreamUrl(route) + route.upstreamPath,
      route.authorization,
    ]);
    expect(table).toEqual([
      ["/mcp", "http://mcp-gateway:8811/mcp", "gateway-token"],
      ["/mcp/nixos", "http://mcp-nixos-http:8000/mcp", "none"],
    ]);
  });

  it("lead these hosts to these services, whichever bundles are on", () => {
    const table = HOST_ROUTES.map((route) => [hostOf(route, "box.lan"), upstreamUrl(route), route.bundle]);
    expect(table).toEqual([
      ["webui.box.lan", "http://open-webui:8080", "ai"],
      ["llm.box.lan", "http://llm-proxy:4000", "ai"],
      ["dify.box.lan", "http://dify:8080", "dify"],
    ]);
  });

  it("are told apart: no path and no host is declared twice", () => {
    const paths = [
      HEALTH_PATH,
      ...PATH_ROUTES.map(({ path }) => path),
      ...HOST_ROUTES.flatMap(({ path }) => path ?? []),
    ];
    expect(repeated(paths)).toEqual([]);
    expect(repeated(HOST_ROUTES.map(({ subdomain }) => subdomain))).toEqual([]);
    expect(paths.filter((path) => path.endsWith("/"))).toEqual([]);
  });

  it("name bundles and config keys that exist", () => {
    expect(HOST_ROUTES.filter(({ bundle }) => !BUNDLES.includes(bundle))).toEqual([]);
    expect(HOST_ROUTES.filter(({ configKey }) => !(configKey in KEYS))).toEqual([]);
  });

  it("keep idle connections for less time than the upstream does: uvicorn closes them after 5 s", () => {
    const nixos = PATH_ROUTES.find(({ service }) => service === "mcp-nixos-http");
    expect(nixos?.keepAliveSeconds).toBeLessThan(5);
  });

  it("answer for the ingress on a port of their own, because clients must not reach those answers", () => {
    expect(ANSWERS.service).toBe(ROUTER.service);
    expect(ANSWERS.port).not.toBe(ROUTER.port);
  });
});
