import type { OfferedServer } from "../../../services/catalog/gateway-catalog";
import { serverAsServiceSpec } from "../../../services/catalog/server-service";

const offered = (more: Partial<OfferedServer> = {}): OfferedServer => ({
  name: "files",
  enabled: true,
  server: { type: "server", image: "mcp/files@sha256:1", user: "1000:1000" },
  imageName: "mcp-files",
  image: "mcp-gateway-stack/mcp-files:1",
  command: ["/workspace"],
  environment: { LANG: "C" },
  volumes: ["p-s-workspace:/workspace:nocopy", "p-s-memory:/data:ro"],
  ...more,
});

const volumes = { "p-s-workspace": "workspace", "p-s-memory": "memory" };

describe("a catalog server as a service", () => {
  it("keeps image, arguments, environment, user and data", () => {
    expect(serverAsServiceSpec(offered(), volumes)).toMatchObject({
      name: "mcp-files",
      image: "mcp-files",
      command: ["/workspace"],
      environment: { LANG: "C" },
      user: "1000:1000",
      mounts: [
        { kind: "data", path: "workspace", target: "/workspace" },
        { kind: "data", path: "memory", target: "/data", readOnly: true },
        { kind: "tmpfs", target: "/tmp" },
      ],
      secrets: [],
    });
  });

  it("is found by the gateway's static mode, and published nowhere", () => {
    expect(serverAsServiceSpec(offered(), volumes)).toMatchObject({
      name: "mcp-files",
      port: 4444,
      networks: ["mcp"],
      ports: [],
    });
  });

  it("gets its secrets as a file", () => {
    const server = { type: "server" as const, secrets: [{ name: "hub.token", env: "TOKEN" }] };
    expect(serverAsServiceSpec(offered({ server, volumes: [] }), volumes).secrets).toEqual([
      { secret: "gateway-env", target: "/run/secrets/gateway-env" },
    ]);
  });

  it.each([
    ["a remote server", { imageName: undefined }, 'catalog server "files" has no image in catalogs/images.yaml'],
    ["a host path", { volumes: ["/tmp/a:/a"] }, 'volume "/tmp/a:/a" is no data directory of the stack'],
  ])("refuses %s by name", (_what, more, message) => {
    expect(() => serverAsServiceSpec(offered(more), volumes)).toThrow(message);
  });
});
