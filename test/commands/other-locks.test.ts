import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { alone } from "../../commands/alone";
import { requireNoUpdate, settleLocks } from "../../commands/other-locks";
import type { Workspace } from "../../commands/workspace";

let locks: string;
beforeEach(() => {
  locks = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-other-lock-"));
});
afterEach(() => fs.rmSync(locks, { recursive: true }));

const workspace = (): Workspace => ({ locks, stack: "s" }) as unknown as Workspace;
const write = (name: string, content: string): void => fs.writeFileSync(path.join(locks, `${name}.json`), content);
const far = (): void => write("far", JSON.stringify({ pid: 7, hostname: "elsewhere" }));
const left = (): string[] => fs.readdirSync(locks).sort();
const said: string[] = [];
const say = (line: string): void => void said.push(line);
beforeEach(() => void said.splice(0));

it("a lock of another machine goes when it is agreed to", async () => {
  far();
  const asked: string[] = [];
  const ask = (question: string): Promise<boolean> => (asked.push(question), Promise.resolve(true));
  await settleLocks(workspace(), { yes: false, ask }, say);
  expect(left()).toEqual([]);
  expect(asked).toEqual(["Has it ended, so that its lock can be removed?"]);
  expect(said).toContain(`  ${path.join(locks, "far.json")}, of process 7 on elsewhere`);
});

it("a damaged lock goes with --yes, and nobody is asked", async () => {
  write("damaged", "");
  await settleLocks(workspace(), { yes: true, ask: undefined }, say);
  expect(left()).toEqual([]);
  expect(said).toContain(`  ${path.join(locks, "damaged.json")}, which is not as Pulumi writes it`);
});

it("without consent it stays, and what to do is told", async () => {
  far();
  await expect(settleLocks(workspace(), { yes: false, ask: undefined }, say)).rejects.toThrow(
    "Nothing was changed, since nobody can be asked here. If you mean it: when it has ended, add --yes",
  );
  await expect(settleLocks(workspace(), { yes: false, ask: () => Promise.resolve(false) }, say)).rejects.toThrow(
    "Nothing was changed.",
  );
  expect(left()).toEqual(["far.json"]);
});

it("there is nothing to settle without locks, or without a file backend", async () => {
  await settleLocks(workspace(), { yes: false, ask: undefined }, say);
  await settleLocks({ ...workspace(), locks: undefined }, { yes: false, ask: undefined }, say);
  expect(said).toEqual([]);
});

describe("an update of this machine", () => {
  let child: ChildProcess;
  beforeEach(async () => {
    const program = path.join(locks, "pulumi");
    fs.copyFileSync("/bin/sleep", program);
    child = spawn(program, ["60"], { stdio: "ignore" });
    await once(child, "spawn");
    const hostname = os.hostname();
    write("here", JSON.stringify({ pid: child.pid, hostname, timestamp: "2026-11-24T10:00:00Z" }));
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    await once(child, "close");
  });
  const words = (): string =>
    `Nothing was changed: process ${child.pid} is updating the stack s; wait for it, or end it, and try again. ` +
    "It began at 2026-11-24T10:00:00Z";

  it("is told with who runs it, and since when", () => {
    expect(() => requireNoUpdate(workspace())).toThrow(words());
  });

  it("keeps every command from its work, also where the command that began it is gone", async () => {
    let worked = false;
    const work = (): Promise<void> => Promise.resolve(void (worked = true));
    const busy = path.join(locks, "busy");
    await expect(alone({ ...workspace(), busy }, work)).rejects.toThrow(words());
    expect(worked).toBe(false);
  });
});

it("locks of other machines do not count as an update of this one", () => {
  far();
  expect(() => requireNoUpdate(workspace())).not.toThrow();
});
