/** The core on Podman from Debian, as on Docker: up, a tool called, nothing to do the second time, down to nothing. */
import { planStack } from "../../../../stack";
import { configOf } from "../../../support/config";
import { startPodman, type PodmanEngine } from "../../../support/podman-engine";
import { createStack, idsByService, type TestStack } from "../../../support/stack";

jest.setTimeout(300_000);

const SERVERS = "time,memory";

let engine: PodmanEngine;
let stack: TestStack;
beforeAll(async () => {
  engine = await startPodman();
  const { plan, faults } = planStack(configOf({ imageSource: "build", servers: SERVERS }));
  if (plan === undefined) throw new Error(faults.join("\n"));
  for (const { reference } of plan.images) await engine.copyImage(reference);
  const options = { host: engine.host, wrapper: engine.inNetwork, prefix: "podman" };
  stack = await createStack({ servers: SERVERS, containerSocket: engine.socket }, options);
  await stack.succeed("up");
});
afterAll(async () => {
  await stack?.remove();
  await engine?.stop();
});

const unchanged = async (...args: string[]): Promise<void> => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...args);
  if (code !== 0) throw new Error(output);
};

it("serves the tools of catalog servers through the ingress", async () => {
  const entities = [{ name: "kept", entityType: "test", observations: ["before"] }];
  await stack.succeed("call", "create_entities", JSON.stringify({ entities }));
  expect((await stack.succeed("call", "read_graph", "{}")).stdout).toContain("kept");
  expect((await stack.succeed("call", "get_current_time", '{"timezone":"UTC"}')).stdout).toContain("UTC");
});

it("has nothing to do for a second up, nor after a refresh", async () => {
  const before = await idsByService(stack);
  expect((await stack.succeed("up")).stdout).toMatch(/Resources:\s+\d+ unchanged/);
  await unchanged("--refresh");
  expect(await idsByService(stack)).toEqual(before);
});

it("says that all is well, though this Podman checks nobody's health by itself", async () => {
  await stack.succeed("mcp-status");
});

it("replaces a service whose memory changes, which Docker changes in the running container", async () => {
  const before = await idsByService(stack);
  stack.configure({ overrides: { "mcp-router": { memoryMiB: 96 } } });
  await stack.succeed("up");
  const after = await idsByService(stack);
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(["mcp-router"]);
  const { HostConfig } = await stack.docker.getContainer(after["mcp-router"] ?? "").inspect();
  expect(HostConfig.Memory).toBe(96 * 1024 * 1024);
});

it("keeps data over down and up, and down leaves no container and no network", async () => {
  await stack.succeed("down");
  expect(await stack.containers()).toEqual([]);
  const label = [`mcp-stack.stack=${stack.name}`];
  expect(await stack.docker.listNetworks({ filters: { label } })).toEqual([]);
  await stack.succeed("up");
  expect((await stack.succeed("call", "read_graph", "{}")).stdout).toContain("kept");
});
