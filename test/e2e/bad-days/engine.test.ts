/** An engine with a full disk, and one that ends in the middle of an update: an engine of its own, since it is stopped. */
import { configOf } from "../../support/config";
import { fillDisk } from "../../support/fill-engine";
import { startSecondEngine, type SecondEngine } from "../../support/second-engine";
import { createStack, type TestStack } from "../../support/stack";
import { planStack } from "../../../stack";

jest.setTimeout(240_000);

/** Room for the images of the core and one server, about 700 MiB, and for what runs. */
const DISK_MIB = 1500;

let engine: SecondEngine;
let stack: TestStack;
beforeAll(async () => {
  engine = await startSecondEngine({ diskMiB: DISK_MIB });
  for (const { reference } of images()) await engine.copyImage(reference);
  stack = await createStack(
    { servers: "time", containerSocket: engine.socket },
    { host: engine.host, wrapper: engine.inNetwork },
  );
});
afterAll(async () => {
  await stack?.remove();
  await engine?.stop();
});

function images() {
  const { plan, faults } = planStack(configOf({ imageSource: "build", servers: "time" }));
  if (plan === undefined) throw new Error(faults.join("\n"));
  return plan.images;
}

const services = async (): Promise<string[]> =>
  (await stack.containers()).map(({ Labels }) => Labels["mcp-stack.service"] ?? "").sort();

describe("an engine whose disk is full", () => {
  it("fails the update, which names the disk", async () => {
    const filler = await fillDisk(engine.docker, images().find(({ name }) => name === "mcp-router")?.reference ?? "");
    const { code, output } = await stack.run("up");
    await filler.remove();
    expect(code).not.toBe(0);
    expect(output).toMatch(/Error response from daemon: .*\/mcp-engine-\w+\/data\/.*: no space left on device/);
    expect(output).toContain("Not everything is up: npm run up goes on from here");
    expect(await services()).toEqual([]);
  });
});

const REFUSES =
  "which config containerSocket names: refuses connections: no engine listens there. Start that engine, or";

describe("an engine that ends in the middle", () => {
  it("fails the update, which names the engine", async () => {
    const update = stack.start("up");
    await update.waitFor(/^mcp-gateway: starting/m);
    await engine.kill();
    const { code, output } = await update.done;
    expect(code).not.toBe(0);
    expect(output).toContain(`Cannot connect to the Docker daemon at unix://${engine.socket}`);
    expect(output).toContain("Not everything is up: npm run up goes on from here");
  });

  it("is missed by the next update, which changes nothing and takes no other engine", async () => {
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toContain(`no container engine at ${engine.socket}, ${REFUSES}`);
    expect(output).toContain("no other engine is taken in its place");
  });

  it.each([["mcp-status"], ["mcp-logs"], ["mcp-restart", "traefik"], ["update", "--check"], ["doctor"]])(
    "is missed by %s, too",
    async (...command) => {
      const { code, output } = await stack.run(...(command as [string]));
      expect([code, output]).toEqual([
        1,
        expect.stringContaining(`no container engine at ${engine.socket}, ${REFUSES}`),
      ]);
      expect(output).not.toContain("offers to install");
    },
  );

  it("is used by the update after its return, with the containers that it still has", async () => {
    await engine.restart();
    const kept = (await stack.containers("mcp-nixos-http")).map(({ Id }) => Id);
    expect(kept).toHaveLength(1);
    await stack.succeed("up");
    expect((await stack.containers("mcp-nixos-http")).map(({ Id }) => Id)).toEqual(kept);
    expect(await services()).toEqual(["mcp-gateway", "mcp-nixos-http", "mcp-router", "mcp-time", "traefik"]);
    const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
    if (code !== 0) throw new Error(output);
  });

  it("ends what follows logs, which says so", async () => {
    const following = stack.start("mcp-logs", "--follow");
    await following.waitFor(/^mcp-gateway/m);
    await engine.kill();
    const { code, stderr } = await following.done;
    await engine.restart();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`no container engine at ${engine.socket}, `)]);
  });
});
