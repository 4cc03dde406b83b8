import { reachOf } from "../../services/reach";
import { NETWORKS, type NetworkName } from "../../services/spec";
import { planStack, servicesOf } from "../../stack";
import { configOf, OIDC } from "../support/config";

const spec = (name: string, ...networks: ("edge" | "edge-outside" | "mcp-servers" | "mcp-outside")[]) => ({
  name,
  networks,
});

describe("over networks", () => {
  it("members of a closed one reach each other alone, of an open one the outside too, of one apart that alone", () => {
    const reach = reachOf([
      spec("a", "edge"),
      spec("b", "edge", "mcp-servers"),
      spec("c", "mcp-servers", "mcp-outside"),
      spec("d", "mcp-outside"),
      spec("e"),
      spec("f", "edge", "edge-outside"),
    ]);
    expect(reach).toEqual({
      a: { services: ["b", "f"], outside: false },
      b: { services: ["a", "c", "f"], outside: false },
      c: { services: ["b"], outside: true },
      d: { services: [], outside: true },
      e: { services: [], outside: false },
      f: { services: ["a", "b"], outside: true },
    });
  });
});

describe("of the stack with everything on", () => {
  const { plan } = planStack(configOf({ bundles: "full", imageSource: "build", ...OIDC }));
  const services = plan === undefined ? [] : servicesOf(plan);
  const reach = reachOf(services);
  // They share a network with their gateway, and with each other; their bridges let nobody else in.
  const isServer = (name: string): boolean => plan?.servers?.specs.some((spec) => spec.name === name) ?? false;
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
      services: ["dify-api", "dify-ssrf-proxy", "dify-worker"],
      outside: false,
    });
  });

  it("the models are reached by the proxy, the chat and Dify, and by nothing before them", () => {
    expect(meeting("llama-cpp")?.filter((name) => ["traefik", "mcp-router", "mcp-gateway"].includes(name))).toEqual([]);
  });

  it("what answers clients, keeps data or computes reaches nothing outside", () => {
    const inside = Object.keys(reach).filter((name) => reach[name]?.outside === false);
    expect(inside.filter((name) => !name.startsWith("mcp-") || name === "mcp-gateway").sort()).toEqual([
      ...["dify", "dify-postgres", "dify-redis", "dify-sandbox", "dify-web", "dify-worker-beat"],
      ...["llama-cpp", "llm-proxy", "mcp-gateway", "minio", "whisper-cpp"],
    ]);
    expect(inside).toEqual(expect.arrayContaining(["mcp-router", "mcp-time"]));
  });

  it("who publishes a port is on a network that has them", () => {
    const { plan: all } = planStack(
      configOf({ bundles: "full", imageSource: "build", openWebuiPort: "1", llmProxyPort: "2", difyPort: "3" }),
    );
    const publishing = (all === undefined ? [] : servicesOf(all)).filter(({ ports }) => ports.length > 0);
    expect(publishing.map(({ name }) => name).sort()).toEqual(["dify", "llm-proxy", "open-webui", "traefik"]);
    for (const { name, networks } of publishing)
      expect([name, networks.some((network) => NETWORKS[network] !== "closed")]).toEqual([name, true]);
  });

  it("nobody is apart from who it talks to: members of an open network are together on a closed one, of one apart on none", () => {
    const on = (network: NetworkName) => services.filter(({ networks }) => networks.includes(network));
    const closed = (names: readonly NetworkName[]) => names.filter((name) => NETWORKS[name] === "closed");
    for (const [network, kind] of Object.entries(NETWORKS) as [NetworkName, string][])
      for (const one of on(network))
        for (const other of on(network).filter(({ name }) => name !== one.name && !isServer(name))) {
          const together = closed(one.networks).some((name) => other.networks.includes(name));
          expect([network, one.name, other.name, together]).toEqual([network, one.name, other.name, kind !== "apart"]);
        }
  });
});
