import { reachOf } from "../../services/reach";
import { planStack, servicesOf } from "../../stack";
import { configOf, OIDC } from "../support/config";

const spec = (name: string, ...networks: ("edge" | "mcp" | "mcp-servers" | "mcp-outside")[]) => ({ name, networks });

describe("over networks", () => {
  it("members of an open or closed one reach each other, those of one apart do not", () => {
    const reach = reachOf([
      spec("a", "edge"),
      spec("b", "edge", "mcp-servers"),
      spec("c", "mcp-servers", "mcp-outside"),
      spec("d", "mcp-outside"),
      spec("e"),
    ]);
    expect(reach).toEqual({
      a: { services: ["b"], outside: true },
      b: { services: ["a", "c"], outside: true },
      c: { services: ["b"], outside: true },
      d: { services: [], outside: true },
      e: { services: [], outside: false },
    });
  });
});

describe("of the stack with everything on", () => {
  const { plan } = planStack(configOf({ bundles: "full", imageSource: "build", ...OIDC }));
  const reach = reachOf(plan === undefined ? [] : servicesOf(plan));
  const meeting = (name: string): readonly string[] | undefined => reach[name]?.services;

  it("nobody but the gateway reaches a server of the catalog, other than servers", () => {
    const servers = Object.keys(reach).filter((name) => /^mcp-(time|fetch|memory|git|filesystem)/.test(name));
    expect(servers.length).toBeGreaterThan(3);
    for (const server of servers) {
      const others = meeting(server)?.filter((name) => !/^mcp-[a-z]+$/.test(name) || name === "mcp-router");
      expect([server, others]).toEqual([server, []]);
    }
  });

  it("Dify's stores are reached by Dify alone, and its sandbox by its back end and one proxy", () => {
    for (const store of ["dify-postgres", "dify-redis", "minio"])
      expect(meeting(store)?.filter((name) => !/^(dify|minio)/.test(name))).toEqual([]);
    expect(reach["dify-sandbox"]).toEqual({
      services: ["dify-api", "dify-ssrf-proxy", "dify-worker", "dify-worker-beat"],
      outside: false,
    });
  });

  it("the models are reached by the proxy, the chat and Dify, and by nothing before them", () => {
    expect(meeting("llama-cpp")?.filter((name) => ["traefik", "mcp-router", "mcp-gateway"].includes(name))).toEqual([]);
  });
});
