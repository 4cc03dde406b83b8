import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { lockDirectory, removeStaleLocks } from "../../commands/stale-lock";

/** Above the largest number that Linux gives to a process (2^22). */
const NOBODY = 4_194_305;

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-lock-test-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** A lock as Pulumi writes it. */
function lock(name: string, content: object | string): void {
  const holder = { username: "me", hostname: os.hostname(), timestamp: "2026-11-24T10:00:00Z" };
  const text = typeof content === "string" ? content : JSON.stringify({ ...holder, ...content });
  fs.writeFileSync(path.join(directory, `${name}.json`), text);
  fs.writeFileSync(path.join(directory, `${name}.json.attrs`), "{}");
}

const left = (): string[] => fs.readdirSync(directory).sort();

/** Runs `work` while a program of that name runs. */
async function withProgram(name: string, work: (pid: number) => void): Promise<void> {
  const program = path.join(directory, name);
  fs.copyFileSync("/bin/sleep", program);
  fs.chmodSync(program, 0o755);
  const child = spawn(program, ["60"], { stdio: "ignore" });
  await new Promise((resolve) => child.once("spawn", resolve));
  try {
    work(child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    fs.rmSync(program);
  }
}

it("knows where Pulumi's file backend keeps the locks of a stack", () => {
  expect(lockDirectory("/state", "project", "dev")).toBe("/state/.pulumi/locks/organization/project/dev");
});

it("removes the lock of a process that is gone, with its attributes", () => {
  lock("dead", { pid: NOBODY });
  expect(removeStaleLocks(directory)).toEqual([NOBODY]);
  expect(left()).toEqual([]);
});

it("keeps the lock of a Pulumi that runs", async () => {
  await withProgram("pulumi", (pid) => {
    lock("alive", { pid });
    expect(removeStaleLocks(directory)).toEqual([]);
    expect(left()).toEqual(["alive.json", "alive.json.attrs", "pulumi"]);
  });
});

it("removes the lock of a number that belongs to another program by now", async () => {
  await withProgram("editor", (pid) => {
    lock("reused", { pid });
    expect(removeStaleLocks(directory)).toEqual([pid]);
    expect(left()).toEqual(["editor"]);
  });
});

it("keeps the lock of another machine, whose processes it cannot see", () => {
  lock("far", { pid: NOBODY, hostname: "elsewhere" });
  expect(removeStaleLocks(directory)).toEqual([]);
  expect(left()).toEqual(["far.json", "far.json.attrs"]);
});

it.each(["", "[]", '{"pid":"1"}'])("keeps a lock that is not as Pulumi writes it: %j", (content) => {
  lock("strange", content);
  expect(removeStaleLocks(directory)).toEqual([]);
  expect(left()).toEqual(["strange.json", "strange.json.attrs"]);
});

it("removes of several locks the stale ones only", () => {
  lock("far", { pid: NOBODY, hostname: "elsewhere" });
  lock("dead", { pid: NOBODY });
  expect(removeStaleLocks(directory)).toEqual([NOBODY]);
  expect(left()).toEqual(["far.json", "far.json.attrs"]);
});

it("has nothing to do where there was never a lock", () => {
  expect(removeStaleLocks(path.join(directory, "nothing"))).toEqual([]);
});
