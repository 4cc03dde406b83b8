import { ProcessLimits } from "../../components/process-limits";
import { spec } from "../support/spec";
import { stdinOf, upon } from "../support/foundation";

it("is one command for every service that was run, which is given another id when a container is replaced", async () => {
  const { resources } = await upon(({ foundation: { engine, dataReady: parent } }) => {
    engine.run(spec({ name: "many", processes: 4096 }), { parent, files: { ready: [], generations: [] } });
    new ProcessLimits("process-limits", { engine });
  });
  const run = "node --require ./loader.js engines/process-limits/main.ts";
  expect(resources.filter(({ name }) => name !== "many")).toMatchObject([
    { name: "process-limits", type: "mcp-stack:components:ProcessLimits" },
    { name: "process-limits-set", parent: "process-limits", inputs: { create: run, update: run } },
  ]);
  const id = expect.any(String) as string;
  expect(stdinOf(resources, "process-limits-set")).toEqual({
    host: "unix:///run/engine.sock",
    limits: [
      { id, service: "behind", processes: 512 },
      { id, service: "many", processes: 4096 },
    ],
  });
});
