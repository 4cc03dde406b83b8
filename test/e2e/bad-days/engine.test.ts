/** An engine that stops in the middle, and disks without room; on a second engine, never the machine's own. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { connect } from "../../../engines/images/engine";
import { planStack } from "../../../stack";
import { configOf } from "../../support/config";
import { startSecondEngine, type SecondEngine } from "../../support/second-engine";
import { createStack, type TestStack } from "../../support/stack";

jest.setTimeout(400_000);

const SETTINGS = { servers: "time", imageSource: "build" };

async function copyImages(engine: SecondEngine): Promise<void> {
  const { plan } = planStack(configOf(SETTINGS));
  for (const { reference } of plan?.images ?? []) await engine.copyImage(reference);
}

const onEngine = (engine: SecondEngine): Promise<TestStack> =>
  createStack({ ...SETTINGS, containerSocket: engine.socket }, { host: engine.host, wrapper: engine.inNetwork });

describe("an engine that stops while containers are being made", () => {
  let engine: SecondEngine;
  let stack: TestStack;
  beforeAll(async () => {
    engine = await startSecondEngine();
    await copyImages(engine);
    stack = await onEngine(engine);
  });
  afterAll(async () => {
    await stack.remove();
    await engine.stop();
  });

  it("fails the update and says which engine does not answer", async () => {
    const up = stack.start("up");
    await up.waitFor(/docker:index:Container mcp-gateway creating/);
    await engine.kill();
    const { code, output } = await up.done;
    expect(code).not.toBe(0);
    expect(output).toContain(engine.socket);
  });

  it("is named while it is down, by what the config says, and no other engine is taken", async () => {
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toContain(`no container engine at ${engine.socket}, which config containerSocket names`);
    expect(
      await connect().listContainers({ all: true, filters: { label: [`mcp-stack.stack=${stack.name}`] } }),
    ).toEqual([]);
  });

  it("is back, and a plain up makes the stack whole", async () => {
    await engine.restart();
    expect((await stack.succeed("up")).stdout).toContain("/mcp");
    expect((await stack.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  });
});

describe("a data directory on a full disk", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await createStack(SETTINGS);
    fs.mkdirSync(stack.dataDir);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", stack.dataDir]);
  });
  afterAll(async () => {
    await stack.succeed("down");
    execFileSync("umount", [stack.dataDir]);
    await stack.remove();
  });

  it("is refused before anything is made, with the room that is needed", async () => {
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toMatch(/dataDir: ".*" is on a disk with \d MiB of free space, and an update needs 50; free some/);
    expect(await stack.containers()).toEqual([]);
    expect(fs.readdirSync(stack.dataDir)).toEqual([]);
  });

  it("is taken once there is room", async () => {
    execFileSync("mount", ["-o", "remount,size=200m", stack.dataDir]);
    await stack.succeed("up");
    expect((await stack.containers()).length).toBeGreaterThan(0);
  });
});

describe("an engine whose disk is full", () => {
  let engine: SecondEngine;
  let stack: TestStack;
  beforeAll(async () => {
    engine = await startSecondEngine({ diskMiB: 120 });
    // Outside its network: the first image is made on the host.
    stack = await createStack({ ...SETTINGS, containerSocket: engine.socket }, { host: engine.host });
  });
  afterAll(async () => {
    await stack.remove();
    await engine.stop();
  });

  it("fails the update with the engine's own words, and makes no container", async () => {
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toMatch(/no space left on device/i);
    expect(await stack.containers()).toEqual([]);
  });
});
