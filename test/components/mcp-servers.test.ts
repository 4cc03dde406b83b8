import { McpServers } from "../../components/mcp-servers";
import { bridgeService } from "../../services/catalog/bridge";
import { spec } from "../support/spec";
import { containerInputs, generationInputs, stdinOf, upon } from "../support/foundation";

const time = spec({ name: "mcp-time", image: "mcp-time", networks: ["mcp-servers"] });
const web = spec({ name: "mcp-web", networks: ["mcp-servers", "mcp-outside"] });
const bridge = bridgeService("1000:1000");

const servers = () =>
  upon(({ foundation }) => new McpServers("mcp-servers", { foundation, bridge, specs: [time, web] }));

describe("McpServers", () => {
  it("is a component and a container for each server, their networks, and the programs that they are reached by", async () => {
    const { resources } = await servers();
    expect(resources.map(({ type, name, parent }) => [type, name, parent].join(" ")).sort()).toEqual([
      "command:local:Command mcp-bridge-run mcp-servers",
      "command:local:Command mcp-servers-files mcp-servers",
      "docker:index/container:Container mcp-time mcp-time",
      "docker:index/container:Container mcp-web mcp-web",
      "docker:index/network:Network mcp-servers mcp-servers",
      "mcp-stack:components:McpServer mcp-time mcp-servers",
      "mcp-stack:components:McpServer mcp-web mcp-servers",
      "mcp-stack:components:McpServers mcp-servers ",
    ]);
  });

  it("starts a server after its image and the programs", async () => {
    const up = await servers();
    const [container] = up.resources.filter(({ name, type }) => name === "mcp-time" && type.endsWith(":Container"));
    expect(container?.after).toEqual(["image-mcp-time", "mcp-bridge-run", "mcp-servers"]);
    expect(container?.inputs).toEqual(containerInputs(time, [...up.resources, ...up.base]));
  });

  it("writes the files of all in one node, whose change replaces only the servers that they belong to", async () => {
    const files = (content: string) => [{ target: "/etc/server", files: [{ path: "conf", content }] }];
    const specs = [
      { ...time, files: files("time") },
      { ...web, files: files("web") },
    ];
    const { resources } = await upon(
      ({ foundation }) =>
        new McpServers("mcp-servers", { foundation, bridge, specs: [...specs, spec({ name: "mcp-bare" })] }),
    );
    const { services } = stdinOf(resources, "mcp-servers-files") as {
      services: { service: string; generation: string }[];
    };
    expect(services.map(({ service }) => service)).toEqual(["mcp-bridge", "mcp-time", "mcp-web"]);
    expect(new Set(services.map(({ generation }) => generation)).size).toBe(3);
    for (const { service, generation } of services.slice(1)) {
      const container = resources.find(({ name, type }) => name === service && type.endsWith(":Container"));
      expect(container?.after).toContain("mcp-servers-files");
      const own = specs.find(({ name }) => name === service) ?? time;
      expect(container?.inputs).toEqual(generationInputs(own, generation));
    }
  });

  it("keeps servers and their gateway to themselves", async () => {
    const { resources } = await servers();
    const network = resources.find(({ name, type }) => name === "mcp-servers" && type.endsWith(":Network"));
    expect(network?.inputs).toMatchObject({ internal: true });
  });

  it("fills the directory as its owner, and without a network", async () => {
    const { resources } = await servers();
    expect(stdinOf(resources, "mcp-bridge-run")).toMatchObject({
      args: { user: "1000:1000", networksAdvanced: [], networkMode: "none" },
    });
  });
});
