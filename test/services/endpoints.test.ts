import { coreEndpoints } from "../../services/endpoints";
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
