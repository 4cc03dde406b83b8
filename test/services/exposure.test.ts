import type { GatewayCatalog, OfferedServer } from "../../services/catalog/gateway-catalog";
import { exposure, openFaults } from "../../services/exposure";
import { coreServices } from "../../services/core";
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

const HIDDEN = "the engine runs without root, and forwards connections by a program of its own";

const reach = (set: Record<string, string>, servers = catalog(), hidesClients?: string) => {
  const config = configOf(set);
  const services = Object.values(coreServices(config, { catalog: servers, serverLabels: {}, servers: [] }));
  return exposure({ config, catalog: servers, services, hidesClients });
};

describe("what is reachable", () => {
  it("on loopback is said in a few lines, and is no warning", () => {
    const { open, text } = reach({ bindAddress: "127.0.0.1" }, catalog(offered("filesystem")));
    expect(open).toBe(false);
    expect(text.split("\n")).toEqual([
      "What is reachable, from where, and by whom:",
      "  127.0.0.1:8811 (ingress), from this machine",
      "    /, /mcp, /mcp/nixos  whoever connects (auth none)",
      "  all else: by containers of the stack only",
    ]);
  });

  it("by other machines without signing in is a warning: what they can do, and how to keep them out", () => {
    const servers = catalog(offered("time"), offered("filesystem"), offered("git", false));
    const { open, text } = reach({ allowedSources: "192.168.1.0/24,::1" }, servers);
    expect(open).toBe(true);
    expect(text.split("\n")).toEqual([
      "What is reachable, from where, and by whom:",
      "  0.0.0.0:8811 (ingress), from 192.168.1.0/24, ::1",
      "    /, /mcp, /mcp/nixos  whoever connects (auth none)",
      "  all else: by containers of the stack only",
      "Whoever connects to the MCP servers can:",
      "  - call every tool of the enabled MCP servers",
      "  - read and change the files of the shared workspace",
      "To keep it to this machine: pulumi config set bindAddress 127.0.0.1; to ask for tokens: pulumi config set auth token",
    ]);
  });

  it.each([
    ["token", "who shows a token (auth token)"],
    ["basic", "who shows a token, or a name and password (auth basic)"],
  ])("with auth %s is no warning", (auth, who) => {
    const { open, text } = reach({ auth });
    expect([open, text.split("\n")[2]]).toEqual([false, `    /, /mcp, /mcp/nixos  ${who}`]);
  });

  it("has the routes and ports of bundles that are on, each with who gets in there", () => {
    const { text } = reach({ bundles: "ai,dify", auth: "token" });
    const lines = text.split("\n").slice(3, 6);
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["webui.localhost", "who signs in at Open WebUI"],
      ["/llm/v1, llm.localhost", "who shows the key of the LLM API"],
      ["dify.localhost", "who signs in at Dify"],
    ]);
    // In columns.
    expect(new Set(lines.map((line) => line.indexOf("who "))).size).toBe(1);
  });

  it("past the ingress is said, with what counts there", () => {
    const overrides =
      '{"mcp-nixos-http":{"hostPort":18000},"mcp-router":{"hostPort":18080},"mcp-gateway":{"hostPort":18811}}';
    expect(reach({ auth: "token", overrides }).text.split("\n").slice(3, 6)).toEqual([
      "  127.0.0.1:18080 (mcp-router), from this machine: who shows a token (auth token)",
      "  127.0.0.1:18811 (mcp-gateway), from this machine: who shows the gateway's own token",
      "  127.0.0.1:18000 (mcp-nixos-http), from this machine: whoever connects",
    ]);
  });

  it("from anywhere is said where the engine hides who asks", () => {
    expect(reach({}, catalog(), HIDDEN).text).toContain(`from anywhere: allowedSources cannot tell, because ${HIDDEN}`);
  });

  it("names what dynamic tools add", () => {
    expect(reach({ bindAddress: "10.0.0.5", gatewayDynamicTools: "true" }).text).toContain(
      "add and start further servers of the catalog (gatewayDynamicTools)",
    );
  });
});

describe("a stack that nobody meant to open", () => {
  it("is refused with every way out", () => {
    expect(openFaults(configOf(), HIDDEN)).toEqual([
      'auth: "none" on bindAddress 0.0.0.0 would let everybody in who reaches port 8811: allowedSources cannot keep strangers ' +
        `out, because ${HIDDEN}. Keep it to this machine: pulumi config set bindAddress 127.0.0.1; or ask for tokens: ` +
        "pulumi config set auth token; or, if everybody is meant: pulumi config set allowUnauthenticated true",
    ]);
  });

  it.each([
    ["the engine shows who asks", {}, undefined],
    ["it is on loopback", { bindAddress: "127.0.0.1" }, HIDDEN],
    ["clients have to sign in", { auth: "token" }, HIDDEN],
    ["everybody is meant", { allowUnauthenticated: "true" }, HIDDEN],
  ])("is none when %s", (_why, set, hidden) => {
    expect(openFaults(configOf(set as Record<string, string>), hidden)).toEqual([]);
  });
});
