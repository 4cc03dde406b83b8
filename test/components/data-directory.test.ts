import { dataDirectory } from "../../components/data-directory";
import { DATA_DIR, hostCommandInputs, stdinOf } from "../support/foundation";
import { up } from "../support/up";

const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "engine-id" };

it("the data directory is one command that marks it with its owner, and nothing that could delete it", async () => {
  const { resources } = await up(() => dataDirectory(DATA_DIR, owner));

  const command = { type: "command:local:Command", parent: undefined, provider: undefined, after: [] };
  expect(resources).toEqual([{ ...command, name: "data-owner", inputs: hostCommandInputs("owner") }]);
  expect(stdinOf(resources, "data-owner")).toEqual({
    base: DATA_DIR,
    owner,
    generation: expect.any(String) as string,
  });
});
