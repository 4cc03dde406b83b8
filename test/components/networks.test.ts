import { Networks } from "../../components/networks";
import { DockerEngine } from "../../engines/docker";
import { imageReference } from "../support/foundation";
import { up } from "../support/up";

const place = { project: "mcp-gateway-stack", stack: "dev", dataDir: "/data", engineSocket: "/run/engine.sock" };

describe("Networks", () => {
  it("are bridges of the stack's own, by which everything of it is found", async () => {
    const { resources } = await up(() => {
      const engine = new DockerEngine({ ...place, host: "unix:///run/engine.sock", imageReference });
      return new Networks("networks", { engine, names: ["edge", "mcp"] });
    });

    const labels = [
      { label: "mcp-stack.project", value: "mcp-gateway-stack" },
      { label: "mcp-stack.stack", value: "dev" },
    ];
    const network = { type: "docker:index/network:Network", parent: "networks", provider: "engine", after: [] };
    expect(resources.filter(({ name }) => name !== "engine")).toEqual([
      { ...network, name: "edge", inputs: { name: "mcp-gateway-stack-dev-edge", driver: "bridge", labels } },
      { ...network, name: "mcp", inputs: { name: "mcp-gateway-stack-dev-mcp", driver: "bridge", labels } },
      {
        type: "mcp-stack:components:Networks",
        name: "networks",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: { names: ["edge", "mcp"] },
      },
    ]);
  });

  it("of the sandbox lead nowhere, not even to the host", async () => {
    const { resources } = await up(() => {
      const engine = new DockerEngine({ ...place, host: "unix:///run/engine.sock", imageReference });
      return new Networks("networks", { engine, names: ["dify", "dify-ssrf"] });
    });
    const inputs = (name: string) => resources.find((one) => one.name === name)?.inputs;
    expect(inputs("dify-ssrf")).toMatchObject({
      internal: true,
      options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
    });
    expect(inputs("dify")).not.toHaveProperty("internal");
    expect(inputs("dify")).not.toHaveProperty("options");
  });
});
