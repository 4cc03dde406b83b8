import { McpGateway } from "../../components/mcp-gateway";
import { mcpGatewayService } from "../../services/mcp-gateway";
import { containerInputs, hostCommandInputs, stdinOf, upon } from "../support/foundation";

const labels = { "mcp-stack.project": "mcp-gateway-stack", "mcp-stack.service": "mcp-server" };
const spec = mcpGatewayService({
  catalog: { files: { catalog: "C", registry: "R", config: "K", tools: "T" }, verifySignatures: false },
  serverLabels: labels,
  dynamicTools: false,
});

const gateway = () =>
  upon(
    ({ foundation }) =>
      new McpGateway("mcp-gateway", {
        foundation,
        spec,
        starts: {
          images: ["mcp-time"],
          volumes: [{ name: "workspace", path: "shared/workspace" }],
          containers: { host: "unix:///run/engine.sock", labels },
        },
      }),
  );
type Gateway = Awaited<ReturnType<typeof gateway>>;
const named = ({ resources }: Gateway, name: string, type: string) =>
  resources.filter((resource) => resource.name === name && resource.type.endsWith(type));

describe("McpGateway", () => {
  it("is a container, its files, the servers' volume, and the removal of the servers' containers", async () => {
    const { resources } = await gateway();

    expect(resources.map(({ type, name, parent }) => [type, name, parent])).toEqual([
      ["docker:index/container:Container", "mcp-gateway", "mcp-gateway"],
      ["mcp-stack:components:McpGateway", "mcp-gateway", undefined],
      ["command:local:Command", "mcp-gateway-files", "mcp-gateway"],
      ["mcp-stack:components:ServerContainers", "mcp-gateway-servers", "mcp-gateway"],
      ["command:local:Command", "mcp-gateway-servers-removal", "mcp-gateway-servers"],
      ["docker:index/volume:Volume", "workspace", "mcp-gateway"],
    ]);
  });

  it("lets its container depend on its files, secrets, volumes and images, those of its servers included", async () => {
    const up = await gateway();

    const secrets = ["secrets-files/gateway-token", "secrets-files/gateway-env"];
    expect(named(up, "mcp-gateway", "Container")).toEqual([
      {
        type: "docker:index/container:Container",
        name: "mcp-gateway",
        parent: "mcp-gateway",
        provider: "engine",
        after: [
          "image-mcp-gateway",
          "image-mcp-time",
          "mcp",
          "mcp-gateway-files",
          "mcp-gateway-servers-removal",
          "mcp-outside",
          "secrets-files",
          "workspace",
        ],
        inputs: containerInputs(spec, [...up.resources, ...up.base], "mcp-gateway-files", ...secrets),
      },
    ]);
  });

  it("names a directory of the host as a volume, so that removing the volume leaves the data", async () => {
    const [volume] = named(await gateway(), "workspace", "Volume");

    expect(volume).toMatchObject({
      provider: "engine",
      inputs: {
        name: "mcp-gateway-stack-dev-workspace",
        driver: "local",
        driverOpts: { type: "none", o: "bind", device: "/nowhere/data/shared/workspace" },
      },
    });
  });

  it("has its own and its servers' directories made for whoever runs Pulumi", async () => {
    const { resources } = await gateway();

    expect(named(await gateway(), "mcp-gateway-files", "Command")[0]?.inputs).toEqual(hostCommandInputs("service"));
    expect(stdinOf(resources, "mcp-gateway-files")["directories"]).toEqual([
      { path: "mcp-gateway", owner: "1000:1000" },
      { path: "shared/workspace", owner: "1000:1000" },
    ]);
  });

  it("lets the removal of the servers' containers depend on their volumes", async () => {
    expect(named(await gateway(), "mcp-gateway-servers-removal", "Command")).toMatchObject([{ after: ["workspace"] }]);
  });
});
