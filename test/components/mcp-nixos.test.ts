import { McpNixos } from "../../components/mcp-nixos";
import { mcpNixosService } from "../../services/mcp-nixos";
import { containerInputs, upon } from "../support/foundation";

const spec = mcpNixosService();

describe("McpNixos", () => {
  it("is one container: it mounts no file of the host, so nothing is rendered for it", async () => {
    const { resources } = await upon(({ foundation }) => new McpNixos("mcp-nixos", { foundation, spec }));

    expect(resources).toEqual([
      {
        type: "mcp-stack:components:McpNixos",
        name: "mcp-nixos",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
      {
        type: "docker:index/container:Container",
        name: "mcp-nixos-http",
        parent: "mcp-nixos",
        provider: "engine",
        after: ["image-mcp-nixos", "mcp", "mcp-outside"],
        inputs: containerInputs(spec, resources),
      },
    ]);
  });
});
