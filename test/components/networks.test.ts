import { Networks } from "../../components/networks";
import { DockerEngine } from "../../engines/docker";
import { imageReference } from "../support/foundation";
import { up } from "../support/up";

const place = { project: "mcp-gateway-stack", stack: "dev", dataDir: "/data", engineSocket: "/run/engine.sock" };
const ENGINE = { host: "unix:///run/engine.sock", startInterval: false, imageReference };

describe("Networks", () => {
  it("are bridges of the stack's own, by which everything of it is found", async () => {
    const { resources } = await up(() => {
      const engine = new DockerEngine({ ...place, ...ENGINE });
      return new Networks("networks", { engine, names: ["edge", "mcp"] });
    });

    const labels = [
      { label: "mcp-stack.project", value: "mcp-gateway-stack" },
      { label: "mcp-stack.stack", value: "dev" },
    ];
    const network = { type: "docker:index/network:Network", parent: "networks", provider: "engine", after: [] };
    const closed = {
      driver: "bridge",
      internal: true,
      options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
    };
    expect(resources.filter(({ name }) => name !== "engine")).toEqual([
      { ...network, name: "edge", inputs: { name: "mcp-gateway-stack-dev-edge", ...closed, labels } },
      { ...network, name: "mcp", inputs: { name: "mcp-gateway-stack-dev-mcp", ...closed, labels } },
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

  it("lead to the host and the world from one alone, whose members do not reach each other", async () => {
    const { resources } = await up(() => {
      const engine = new DockerEngine({ ...place, ...ENGINE });
      return new Networks("networks", { engine, names: ["mcp-outside"] });
    });
    const { inputs } = resources.find(({ name }) => name === "mcp-outside") ?? {};
    expect(inputs).toMatchObject({ options: { "com.docker.network.bridge.enable_icc": "false" } });
    expect(inputs).not.toHaveProperty("internal");
  });
});
