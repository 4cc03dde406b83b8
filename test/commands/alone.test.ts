/** While one command is at work on a stack, others refuse: with a CLI and an engine that only note what they are asked. */
import fs from "node:fs";
import path from "node:path";
import { alone } from "../../commands/alone";
import type { Workspace } from "../../commands/workspace";
import { withLock } from "../../engines/images/exclusive";
import { machineDouble, type MachineDouble } from "../support/machine-double";

jest.setTimeout(120_000);

let machine: MachineDouble;
beforeEach(async () => {
  machine = await machineDouble((home) => ({ dataDir: path.join(home, "data") }));
});
afterEach(() => machine.end());

const busy = (): string => path.join(machine.checkout, ".state/.at-work/mcp-gateway-stack/dev");
const calls = (): string[] => machine.calls().map(({ args }) => args.join(" "));
const sink = { write: () => undefined };

it.each([["up", "--yes"], ["down"], ["backup"], ["recover", "--yes"]])(
  "%s %s refuses while another command is at work, and changes nothing",
  async (command, ...args) => {
    const attempt = withLock(busy(), sink, () => machine.run(command, ...args));
    await expect(attempt).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `^Nothing was changed: process ${process.pid} is at work on the stack dev; wait for it, or end it, and try again\\. ` +
            `It began at 20\\S+Z; its lock is ${busy()}$`,
          "m",
        ),
      ) as string,
    });
    expect(calls().filter((call) => call !== "version" && !call.startsWith("stack init"))).toEqual([]);
    expect(machine.asked.filter((request) => !request.startsWith("GET "))).toEqual([]);
  },
);

it("a command lets the next one work when it has ended, also badly", async () => {
  const workspace = { busy: busy(), locks: undefined, stack: "dev" } as Workspace;
  await expect(alone(workspace, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(alone(workspace, () => Promise.resolve("done"))).resolves.toBe("done");
});

describe("secrets rotate", () => {
  const value = (): string => path.join(machine.home, "data/secrets/gateway-token/value");
  const foreign = (): string =>
    path.join(machine.checkout, ".state/.pulumi/locks/organization/mcp-gateway-stack/dev/far.json");
  const rotate = (...args: string[]) => machine.run("secrets", "rotate", "gateway-token", ...args);
  beforeEach(() => {
    for (const [file, content] of [
      [value(), "old"],
      [foreign(), JSON.stringify({ pid: 7, hostname: "elsewhere" })],
    ] as const) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
  });

  it("consents to nothing by itself: with a question that nobody answers, no value is changed", async () => {
    await expect(rotate()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("If you mean it: when it has ended, add --yes") as string,
    });
    expect([fs.readFileSync(value(), "utf8"), fs.existsSync(foreign())]).toEqual(["old", true]);
  });

  it("does so with --yes, and asks nothing where there is no question", async () => {
    await rotate("--yes");
    const second = fs.readFileSync(value(), "utf8");
    expect([second === "old", fs.existsSync(foreign())]).toEqual([false, false]);
    await rotate();
    expect(fs.readFileSync(value(), "utf8")).not.toBe(second);
  });
});
