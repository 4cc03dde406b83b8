import * as pulumi from "@pulumi/pulumi";
import { load } from "../config";
import { up } from "./support/up";

/** Loads as the program does, from what the CLI hands over. */
const loaded = async (config: Record<string, string>) => {
  pulumi.runtime.setAllConfig(config);
  const told = jest.spyOn(pulumi.log, "info").mockResolvedValue();
  try {
    const { value } = await up(load);
    return { value, told: told.mock.calls.map(([text]) => text) };
  } finally {
    told.mockRestore();
    pulumi.runtime.setAllConfig({});
  }
};

describe("load", () => {
  it("reads the keys of the project, not those of providers, and says what differs from the defaults", async () => {
    const { value, told } = await loaded({
      "mcp-gateway-stack:servers": "time",
      "mcp-gateway-stack:accessLog": "false",
      "docker:host": "tcp://elsewhere:2375",
    });
    expect(value).toMatchObject({ project: "mcp-gateway-stack", stack: "dev", servers: ["time"], accessLog: false });
    expect(told).toEqual(["config that differs from the defaults:\n  servers = time (stack config)"]);
  });

  it("throws a RunError that names every fault", async () => {
    const failure = loaded({ "mcp-gateway-stack:httpPort": "0", "mcp-gateway-stack:bundle": "ai" });
    await expect(failure).rejects.toThrow(
      new pulumi.RunError(
        "The stack's config has 2 fault(s):\n" +
          '  bundle: "ai" is set, but there is no such key; remove it: pulumi config rm bundle (CONFIG.md lists all keys)\n' +
          '  httpPort: "0" is not a TCP port; set a whole number from 1 to 65535',
      ),
    );
    await expect(failure).rejects.toBeInstanceOf(pulumi.RunError);
    // Node.js 20.20 formats frames in packages for seconds, and Pulumi lets it.
    await expect(failure).rejects.not.toHaveProperty("stack");
  });
});
