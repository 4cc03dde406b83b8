/** The lock between processes. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { withLock } from "../../../toolchain/resolver/lock";

const ROOT = path.join(__dirname, "../../..");
let directory: string;
let lock: string;
let waitedFor: string[];
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-lock-"));
  lock = path.join(directory, "below", "lock");
  waitedFor = [];
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  fs.rmSync(directory, { recursive: true });
});

const lockHere = <T>(work: () => Promise<T>, onWait = (): void => undefined): Promise<T> =>
  withLock(
    lock,
    (pid) => {
      waitedFor.push(pid);
      onWait();
    },
    work,
  );

/** Another process that has the lock, until its standard input ends. */
async function holdElsewhere(): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const script = `require("./toolchain/resolver/lock").withLock(${JSON.stringify(lock)}, () => {}, () => {
    console.log("held");
    return new Promise((resolve) => process.stdin.on("end", resolve).resume());
  });`;
  const child = spawn(process.execPath, ["--require", "sucrase/register/ts", "-e", script], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

describe("withLock", () => {
  it("lets one work after the other, says once who is waited for, and is free in the end", async () => {
    const order: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      order.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, 450));
      order.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([lockHere(work("a")), lockHere(work("b"))])).toEqual(["a", "b"]);
    expect(order).toEqual(["a starts", "a ends", "b starts", "b ends"]);
    expect(waitedFor).toEqual([String(process.pid)]);
    expect(fs.readdirSync(path.dirname(lock))).toEqual([]);
  });

  it("waits for another process", async () => {
    const other = await holdElsewhere();
    const taken = await lockHere(
      async () => fs.readlinkSync(lock),
      () => other.stdin.end(),
    );
    expect(taken).toMatch(new RegExp(`^${process.pid}-`));
    expect(waitedFor).toEqual([String(other.pid)]);
  });

  it("puts back a lock that another process took while the dead one was renamed away", async () => {
    const other = await holdElsewhere();
    const live = fs.readlinkSync(lock);
    const replaceLock = (content: string): void => {
      fs.rmSync(lock);
      fs.symlinkSync(content, lock);
    };
    replaceLock("999999999-1");
    const rename = jest.spyOn(fs, "renameSync").mockImplementationOnce((from, to) => {
      replaceLock(live);
      fs.renameSync(from, to);
    });
    await lockHere(
      () => Promise.resolve(),
      () => other.stdin.end(),
    );
    rename.mockRestore();
    expect(waitedFor).toEqual([String(other.pid)]);
  });

  it("takes over from a process that was killed", async () => {
    const child = await holdElsewhere();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(fs.readlinkSync(lock)).toMatch(new RegExp(`^${child.pid}-`));
    expect(await lockHere(() => Promise.resolve("done"))).toBe("done");
    expect(waitedFor).toEqual([]);
  });

  it("is held by one only when many find a dead holder", async () => {
    fs.mkdirSync(path.dirname(lock));
    fs.symlinkSync("999999999-1", lock);
    let [inside, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => lockHere(work)));
    expect(most).toBe(1);
  });

  it.each([
    ["a process whose number another one has by now", `${process.pid}-1`],
    ["nobody", "-"],
    ["something else", "hello"],
  ])("passes over a lock that names %s", async (_what, content) => {
    fs.mkdirSync(path.dirname(lock));
    fs.symlinkSync(content, lock);
    expect(await lockHere(() => Promise.resolve("done"))).toBe("done");
    expect(waitedFor).toEqual([]);
  });

  it("is free again after a failure", async () => {
    await expect(lockHere(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await lockHere(() => Promise.resolve("done"))).toBe("done");
  });

  it("names a lock that is no link", async () => {
    fs.mkdirSync(lock, { recursive: true });
    await expect(lockHere(() => Promise.resolve())).rejects.toThrow(
      `${lock} should be a symbolic link or not be there; remove it`,
    );
  });
});
