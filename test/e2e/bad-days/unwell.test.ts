/** A full disk below data and state, and services that do not get well. */
import fs from "node:fs";
import path from "node:path";
import { withSession } from "../../support/mcp-client";
import { smallDisk, type SmallDisk } from "../../support/small-disk";
import { createStack, type TestStack } from "../../support/stack";

jest.setTimeout(240_000);

/** An update asks for 50. */
const DISK_MIB = 100;

let disk: SmallDisk;
let stack: TestStack;
beforeAll(async () => {
  disk = smallDisk(DISK_MIB);
  stack = await createStack({ servers: "time" }, { parent: disk.directory });
});
afterAll(async () => {
  await stack?.remove();
  disk?.remove();
});

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

describe("a disk without room for data and state", () => {
  it("is named before anything is written", async () => {
    disk.fill();
    const { code, output } = await stack.run("up");
    disk.free();
    expect(code).toBe(1);
    expect(output).toContain(
      `Nothing was changed: "${stack.stateDir}" is on a disk with 0 MiB of free space, and an update needs 50; free some`,
    );
    expect(fs.readdirSync(stack.stateDir)).toEqual([]);
    expect(fs.existsSync(stack.dataDir)).toBe(false);
    expect(await stack.containers()).toEqual([]);
  });
});

describe("services that do not get well", () => {
  it("fail the update, which shows once what they said last, and how to go on", async () => {
    stack.configure({
      overrides: { "mcp-router": { arguments: ["-X"] }, "mcp-nixos-http": { memoryMiB: 6 } },
    });
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toMatch(/container failed to be in healthy state: .*exit code 1/);
    expect(occurrences(output, `last lines of mcp-gateway-stack-${stack.name}-mcp-router:`)).toBe(1);
    expect(output).toContain('nginx: invalid option: "X"');
    // The engine starts it again and again: at this moment it may just run.
    const restarting = /(restarting|exited), exit code 137, out of memory|running, restarted \d+ times/.source;
    expect(output).toMatch(new RegExp(`\\nmcp-nixos-http \\((${restarting})\\) said nothing\\n`));
    expect(output).toMatch(/^mcp-nixos-http: started/m);
    expect(output).toMatch(/^mcp-time: healthy/m);
    expect(output).not.toMatch(/\nmcp-router \(/);
    expect(output).toContain("Not everything is up: npm run up goes on from here, npm run down removes what is there.");
  });

  it("are well after the config was corrected", async () => {
    stack.configure({});
    await stack.succeed("up");
    expect(await withSession(stack.url("/mcp"), (session) => session.toolNames())).toContain("get_current_time");
  });
});

describe("a disk that has filled up behind a running stack", () => {
  it("stops the next update, and harms neither the stack nor its data", async () => {
    const state = path.join(stack.stateDir, `.pulumi/stacks/mcp-gateway-stack/${stack.name}.json`);
    const before = fs.readFileSync(state, "utf8");
    stack.configure({ allowedHosts: "box" });
    disk.fill();
    const { code, output } = await stack.run("up");
    disk.free();
    expect(code).toBe(1);
    expect(output).toContain(`"${stack.stateDir}" is on a disk with 0 MiB of free space`);
    expect(fs.readFileSync(state, "utf8")).toBe(before);
    expect(await withSession(stack.url("/mcp"), (session) => session.toolNames())).toContain("get_current_time");
    await stack.succeed("up");
  });
});
