import { DataDirectory } from "../../components/data-directory";
import { DATA_DIR, hostCommandInputs, stdinOf } from "../support/foundation";
import { up } from "../support/up";

const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };

describe("DataDirectory", () => {
  it("is one command that marks the directory with its owner, and nothing that could delete it", async () => {
    const { resources } = await up(() => new DataDirectory("data", { dataDir: DATA_DIR, owner }));

    expect(resources).toEqual([
      {
        type: "mcp-stack:components:DataDirectory",
        name: "data",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: { dataDir: DATA_DIR },
      },
      {
        type: "command:local:Command",
        name: "data-owner",
        parent: "data",
        provider: undefined,
        after: [],
        inputs: hostCommandInputs("owner"),
      },
    ]);
    expect(stdinOf(resources, "data-owner")).toEqual({
      base: DATA_DIR,
      owner,
      generation: expect.any(String) as string,
    });
  });
});
