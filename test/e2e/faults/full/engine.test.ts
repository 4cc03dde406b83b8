/** An engine that ends with the whole stack on it, as by a reboot, and one whose disk fills up while an image is built. */
import { planStack } from "../../../../stack";
import { checkoutWithBadServers } from "../../../support/bad-server-double";
import type { Checkout } from "../../../support/checkout";
import { configOf } from "../../../support/config";
import { eventually } from "../../../support/eventually";
import { fillDisk } from "../../../support/fill-engine";
import { builtReference } from "../../../../engines/images/build";
import { readLock } from "../../../../engines/images/lock";
import { startSecondEngine, type SecondEngine } from "../../../support/second-engine";
import { createStack, type TestStack, idsByService } from "../../../support/stack";

jest.setTimeout(300_000);

/** Room for the images of the core and of two servers, and for what runs. */
const DISK_MIB = 1800;
const SERVERS = "memory,time";

let engine: SecondEngine;
let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = checkoutWithBadServers();
  engine = await startSecondEngine({ diskMiB: DISK_MIB });
  const { plan, faults } = planStack(configOf({ imageSource: "build", servers: SERVERS }));
  if (plan === undefined) throw new Error(faults.join("\n"));
  for (const { reference } of plan.images) await engine.copyImage(reference);
  await engine.copyImage(builtReference(readLock(), "node"));
  const options = { host: engine.host, wrapper: engine.inNetwork, root: checkout.root, prefix: "reboot" };
  stack = await createStack({ servers: SERVERS, containerSocket: engine.socket }, options);
  await stack.succeed("up");
  const entities = [{ name: "kept", entityType: "test", observations: ["before"] }];
  await stack.succeed("call", "create_entities", JSON.stringify({ entities }));
});
afterAll(async () => {
  await stack?.remove();
  await engine?.stop();
  checkout?.remove();
});

const healthy = async (): Promise<void> => {
  const states = (await stack.containers()).map(
    ({ State, Status }) => `${State} ${/\((?!healthy)\w+/.exec(Status) ?? ""}`,
  );
  expect(states).toEqual(states.map(() => "running "));
};
/** What the ingress answers to a client that has no session yet. */
const called = async (): Promise<string> => (await stack.succeed("call", "read_graph", "{}")).stdout;

describe("a machine that loses its power", () => {
  it.each([1, 2, 3])("starts all containers at once, in whichever order, and serves: time %d", async () => {
    const before = await idsByService(stack);
    await engine.kill();
    await engine.restart();
    await eventually(healthy, 120);
    // The gateway lists tools of servers when it starts: those that were later than it must not be missing.
    // mcp-nixos has no check of its own: 502 while it starts.
    await eventually(async () => {
      const { stdout } = await stack.succeed("tools", "--json");
      for (const tool of ["read_graph", "get_current_time"]) expect(stdout).toContain(`"${tool}"`);
    }, 90);
    expect(await called()).toContain("kept");
    expect(await idsByService(stack)).toEqual(before);
  });

  it("leaves nothing for a plain up to do", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
    await stack.succeed("mcp-status");
  });
});

describe("a disk that is full while an image is built", () => {
  it("fails the update, which names image and disk; the stack goes on, and a plain up heals", async () => {
    stack.configure({ servers: `${SERVERS},double-die` });
    const filler = await fillDisk(engine.docker, builtReference(readLock(), "mcp-router"));
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toContain("double-die");
    expect(output).toContain("no space left on device");
    await filler.remove();
    expect(await called()).toContain("kept");
    await stack.succeed("up");
    expect((await stack.succeed("tools")).stdout).toContain("die_tool");
    expect(await called()).toContain("kept");
  });
});
