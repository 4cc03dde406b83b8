import { mcpNixosService } from "../../services/mcp-nixos";
import { PATH_ROUTES } from "../../services/routes";

const route = PATH_ROUTES.find(({ service }) => service === "mcp-nixos-http");

describe("mcp-nixos-http", () => {
  it("serves HTTP where the router looks for it, by environment alone", () => {
    const { name, port, command, environment } = mcpNixosService();
    expect({ name, port, command }).toEqual({ name: route?.service, port: route?.port, command: [] });
    expect(environment).toMatchObject({
      MCP_NIXOS_TRANSPORT: "http",
      MCP_NIXOS_HOST: "0.0.0.0",
      MCP_NIXOS_PORT: String(route?.port),
      MCP_NIXOS_PATH: route?.upstreamPath,
    });
  });

  it("says why nobody can ask for its health inside", () => {
    expect(mcpNixosService().health).toEqual({ externalOnly: expect.stringContaining("no shell") as string });
  });

  it("has a home that it can write to on a read-only root", () => {
    const { environment, readOnlyRoot, mounts } = mcpNixosService();
    expect(readOnlyRoot).toBe(true);
    expect(mounts).toEqual([{ kind: "tmpfs", target: environment["HOME"], sizeMiB: 64, mode: 0o1777 }]);
  });

  it("is neither root nor published, holds no capability and no secret, and is reached by the router only", () => {
    expect(mcpNixosService()).toMatchObject({
      user: "65532:65532",
      ports: [],
      capabilities: [],
      secrets: [],
      files: [],
      networks: ["mcp", "mcp-outside"],
    });
  });
});
