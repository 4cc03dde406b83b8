import { McpRouter } from "../../components/mcp-router";
import { mcpRouterService } from "../../services/mcp-router";
import { configOf } from "../support/config";
import { containerInputs, hostCommandInputs, stdinOf, upon } from "../support/foundation";

const spec = mcpRouterService(configOf());
const router = () => upon(({ foundation }) => new McpRouter("mcp-router", { foundation, spec }));

describe("McpRouter", () => {
  it("is one container and the files that it mounts, after the gateway's token, and waits for no server behind its paths", async () => {
    const { resources, base } = await router();

    expect(resources).toEqual([
      {
        type: "docker:index/container:Container",
        name: "mcp-router",
        parent: "mcp-router",
        provider: "engine",
        after: ["edge", "image-mcp-router", "mcp", "mcp-router-files", "secrets-files"],
        inputs: containerInputs(spec, [...resources, ...base], "mcp-router-files", "secrets-files/gateway-token"),
      },
      {
        type: "mcp-stack:components:McpRouter",
        name: "mcp-router",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: {},
      },
      {
        type: "command:local:Command",
        name: "mcp-router-files",
        parent: "mcp-router",
        provider: undefined,
        after: ["data-owner"],
        inputs: hostCommandInputs("service"),
      },
    ]);
  });

  it("has its configuration and its start script rendered", async () => {
    const { resources } = await router();

    expect(stdinOf(resources, "mcp-router-files")).toMatchObject({
      service: "mcp-router",
      rendered: [{ files: spec.files[0]?.files }],
      directories: [{ path: "start-page", owner: "1000:1000" }],
    });
  });
});
