import type { GatewayCatalog, OfferedServer } from "../../services/catalog/gateway-catalog";
import { exposureWarning } from "../../services/exposure";
import { configOf } from "../support/config";

const offered = (name: string, enabled = true): OfferedServer => ({
  name,
  enabled,
  server: { type: "server" },
  imageName: undefined,
  image: undefined,
  command: [],
  environment: {},
  volumes: [],
});
const catalog = (...servers: OfferedServer[]): GatewayCatalog => ({
  servers,
  files: { catalog: "", registry: "", config: "", tools: "" },
  images: [],
  secretNames: [],
  verifySignatures: false,
});

describe("exposureWarning", () => {
  it.each(["127.0.0.1", "127.1.2.3"])(
    "is silent about an ingress on %s: only this machine reaches it",
    (bindAddress) => {
      expect(exposureWarning(configOf({ bindAddress }), catalog(offered("filesystem")))).toBeUndefined();
    },
  );

  it("says who can connect, what they can do, and how to keep them out", () => {
    const config = configOf({ allowedSources: "192.168.1.0/24,::1" });
    const servers = catalog(offered("time"), offered("filesystem"), offered("git", false));
    expect(exposureWarning(config, servers)?.split("\n")).toEqual([
      "The ingress listens on 0.0.0.0:8811, so other machines can reach it without signing in.",
      "Whoever connects from 192.168.1.0/24, ::1 can:",
      "  - call every tool of the enabled MCP servers",
      "  - read and change the files of the shared workspace",
      "To keep it to this machine: pulumi config set bindAddress 127.0.0.1",
    ]);
  });

  it("names what dynamic tools add", () => {
    const warning = exposureWarning(configOf({ bindAddress: "10.0.0.5", gatewayDynamicTools: "true" }), catalog());
    expect(warning).toContain("add and start further servers of the catalog (gatewayDynamicTools)");
  });
});
