/** Updates that run, and locks of which nobody can tell from here whether an update still has them. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { killTree, namedIn, treeOf } from "../../support/process-tree";
import { createStack, PROJECT, type TestStack } from "../../support/stack";
import { everythingOf } from "../../support/untouched";

jest.setTimeout(240_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: "time" }, { prefix: "locks" });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

const directory = (): string => path.join(stack.stateDir, ".pulumi/locks/organization", PROJECT, stack.name);
const locks = (): string[] => fs.readdirSync(directory()).filter((name) => name.endsWith(".json"));
function write(content: string): string {
  const file = path.join(directory(), "left-over.json");
  fs.mkdirSync(directory(), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
}
const holder = (hostname: string, pid: number): string =>
  JSON.stringify({ pid, username: "me", hostname, timestamp: "2026-11-24T10:00:00Z" });

describe("a lock that a killed update left", () => {
  it.each([
    ["of another machine", () => holder("elsewhere", 7), "of process 7 on elsewhere"],
    ["cut off by a full disk", () => "", "which is not as Pulumi writes it"],
  ])("%s: up asks for consent, and heals with it", async (_what, content, words) => {
    const file = write(content());
    const before = await everythingOf(stack);
    const { code, output } = await stack.run("up");
    expect(code).toBe(1);
    expect(output).toContain(`  ${file}, ${words}\n`);
    expect(output).toContain("If you mean it: when it has ended, add --yes");
    expect(await everythingOf(stack)).toEqual(before);
    const { output: healed } = await stack.succeed("up", "--yes");
    expect(healed).toContain("state: removed that lock\n");
    expect(locks()).toEqual([]);
  });

  it("of this machine goes by itself", async () => {
    // Above the largest number that Linux gives to a process (2^22).
    write(holder(os.hostname(), 4_194_305));
    const { output } = await stack.succeed("up");
    expect(output).toContain("state: the update of process 4194305 was killed; its lock was removed");
    expect(locks()).toEqual([]);
  });
});

describe("an update that runs", () => {
  it("is left alone by a second up, a down and a backup, which say who is at work", async () => {
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "UTC" } } } });
    const update = stack.start("up");
    // Its container is made, and the state has only the intention.
    await update.waitFor(/^mcp-gateway: starting/m);
    const cli = namedIn(treeOf(update.process.pid ?? 0), "pulumi") ?? 0;
    // However fast the gateway gets well.
    process.kill(cli, "SIGSTOP");
    const before = await everythingOf(stack);
    for (const [command = "", ...args] of [["up", "--yes"], ["down"], ["backup"]]) {
      const { code, output } = await stack.run(command, ...args);
      expect([command, code]).toEqual([command, 1]);
      expect(output).toMatch(
        new RegExp(
          `^Nothing was changed: process \\d+ is (updating|at work on) the stack ${stack.name}; wait for it, or end it, and try again\\. It began at \\S+`,
          "m",
        ),
      );
      expect(output).not.toContain("cut off in the middle");
    }
    expect(await everythingOf(stack)).toEqual(before);
    process.kill(cli, "SIGCONT");
    const { code, output } = await update.done;
    if (code !== 0) throw new Error(output);
    expect(locks()).toEqual([]);
    expect((await stack.pulumi("preview", "--refresh", "--expect-no-changes")).code).toBe(0);
  });

  it("that is killed keeps nobody from the next one", async () => {
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "CET" } } } });
    const update = stack.start("up");
    await update.waitFor(/^mcp-gateway: starting/m);
    killTree(update.process.pid ?? 0);
    await update.done;
    const { output } = await stack.succeed("up");
    expect(output).toContain("state: the last update was cut off in the middle");
  });
});
