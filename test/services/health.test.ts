import { healthRoutesBy, ROUTER_HEALTH, UNWATCHED, WATCHED } from "../../services/health";
import { nginxConf } from "../../services/nginx-conf";
import { difyNginxConf } from "../../services/dify/nginx-conf";
import type { ServiceSpec } from "../../services/spec";
import { planStack, servicesOf } from "../../stack";
import { configOf, OIDC } from "../support/config";
import { all, inside, one, parseNginx, type Directive } from "../support/nginx";

const { plan } = planStack(configOf({ bundles: "full", ...OIDC }), undefined, (name) => name);
const specs: readonly ServiceSpec[] = plan === undefined ? [] : servicesOf({ ...plan, servers: undefined });
const specOf = (name: string): ServiceSpec | undefined => specs.find((spec) => spec.name === name);

describe("every service of the stack", () => {
  it("is watched, or it is said why it is not", () => {
    const known = [...WATCHED.map(({ service }) => service), ...Object.keys(UNWATCHED)];
    expect(known.sort()).toEqual(specs.map(({ name }) => name).sort());
  });

  it.each(WATCHED.filter(({ asks }) => asks !== undefined).map((watched) => [watched.service, watched] as const))(
    "%s is asked on a port that is listened on, by one that shares a network with it",
    (_service, { by, asks }) => {
      const [asker, asked] = [specOf(by), specOf(asks?.service ?? "")];
      expect(asked?.port).toBe(asks?.port);
      expect(asker?.networks.filter((name) => asked?.networks.includes(name))).not.toEqual([]);
    },
  );

  it("is judged through services that are watched themselves, and the way ends at the ingress", () => {
    for (const { service } of WATCHED) {
      const way = [service];
      for (let at = WATCHED.find((one) => one.service === service); at !== undefined && way.length < 9;) {
        const through: string = at.through ?? at.by;
        if (through === at.service) break;
        way.push(through);
        at = WATCHED.find((one) => one.service === through);
      }
      expect(way.at(-1)).toBe("traefik");
    }
  });
});

/** Servers of an nginx.conf that have health paths. */
const serverOf = (conf: string): readonly Directive[] =>
  all(inside(parseNginx(conf), "http"), "server")[0]?.block ?? [];

describe.each([
  ["mcp-router", serverOf(nginxConf(configOf())), ROUTER_HEALTH],
  ["dify", serverOf(difyNginxConf()), healthRoutesBy("dify")],
])("the health paths of %s", (_server, locations, routes) => {
  it.each(routes.map((route) => [route.of, route] as const))(
    "%s: the answer is the stack's own, and nothing of the client gets through",
    (of, { asks }) => {
      const public_ = inside(locations, "location", "=", `/healthz/${of}`);
      expect(one(public_, "auth_request")).toBe(`/asked/${of}`);
      expect(one(public_, "proxy_pass")).toBeUndefined();
      const asked = inside(locations, "location", "=", `/asked/${of}`);
      expect(one(asked, "internal")).toBe("");
      expect(one(asked, "set")).toBe(`$asked ${asks.service}:${asks.port}`);
      expect(one(asked, "proxy_pass")).toBe(`http://$asked${asks.path}`);
      const settings = ["proxy_method", "proxy_pass_request_headers", "proxy_pass_request_body"];
      expect(settings.map((name) => one(asked, name))).toEqual(["GET", "off", "off"]);
    },
  );

  it.each(routes.map(({ of, bundle }) => [of, bundle] as const))(
    "%s: not being well is 503, and a bundle's says how it is turned on",
    (of, bundle) => {
      const unwell = inside(locations, "location", `@${of}-unwell`);
      const [status, body = ""] = all(unwell, "return")[0]?.args ?? [];
      expect(status).toBe("503");
      expect(JSON.parse(body)).toMatchObject({ error: { status: 503, type: "not_healthy", service: of } });
      expect(body.includes(`pulumi config set bundles ${bundle}`)).toBe(bundle !== undefined);
      expect(one(unwell, "add_header")).toBe("Cache-Control no-store always");
    },
  );
});

it("llm-proxy passes on nothing but GET for the health of the model servers", () => {
  const proxy = plan?.ai?.services.proxy.files[0]?.files.find(({ path }) => path === "config.yaml")?.content ?? "";
  expect(proxy.match(/path: .*/g)).toEqual(["path: /healthz/llama-cpp", "path: /healthz/whisper-cpp"]);
  expect(proxy.match(/target: .*/g)).toEqual([
    "target: http://llama-cpp:8080/health",
    "target: http://whisper-cpp:8080/health",
  ]);
  expect(proxy.match(/methods:\n\s+- .*/g)?.map((text) => text.replace(/\s+/g, " "))).toEqual([
    "methods: - GET",
    "methods: - GET",
  ]);
});
