import { coreEndpoints, stackEndpoints } from "../../services/endpoints";
import { configOf } from "../support/config";

describe("coreEndpoints", () => {
  it.each([
    ["every address", {}, "http://127.0.0.1:8811"],
    ["one address and another port", { bindAddress: "192.168.1.20", httpPort: "8899" }, "http://192.168.1.20:8899"],
  ])("are the MCP routes, where a client on this machine reaches an ingress on %s", (_where, set, base) => {
    expect(coreEndpoints(configOf(set))).toEqual([
      { name: "mcp", url: `${base}/mcp`, description: "Every enabled catalog server, through the MCP gateway" },
      { name: "mcp-nixos", url: `${base}/mcp/nixos`, description: "NixOS packages and options" },
    ]);
  });
});

describe("stackEndpoints", () => {
  it("are the core's alone while no bundle is on", () => {
    expect(stackEndpoints(configOf())).toEqual(coreEndpoints(configOf()));
  });

  it("are a host for browsers and a path for programs where the AI bundle is on", () => {
    const endpoints = stackEndpoints(configOf({ bundles: "ai", baseDomain: "box.lan", httpPort: "8899" }));
    expect(endpoints.slice(2).map(({ name, url }) => [name, url])).toEqual([
      ["webui", "http://webui.box.lan:8899"],
      ["llm", "http://127.0.0.1:8899/llm/v1"],
    ]);
  });

  it("have Dify's host where its bundle is on", () => {
    expect(stackEndpoints(configOf({ bundles: "dify" })).slice(2)).toEqual([
      { name: "dify", url: "http://dify.localhost:8811", description: "Dify: build agents and workflows" },
    ]);
  });
});
