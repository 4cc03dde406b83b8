import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../../engines/images/exclusive";

describe("withLock", () => {
  let directory: string;
  let file: string;
  let said: string;
  const sink = { write: (text: string) => (said += text) };
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "image-lock-"));
    file = path.join(directory, "below", "lock");
    said = "";
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("lets one work after the other, and says who is waited for", async () => {
    const order: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      order.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([withLock(file, sink, work("a")), withLock(file, sink, work("b"))]);
    expect(results).toEqual(["a", "b"]);
    expect(order).toEqual(["a starts", "a ends", "b starts", "b ends"]);
    expect(said).toBe(`waiting for another build (process ${process.pid}) to end\n`);
  });

  it("is free again after a failure", async () => {
    await expect(withLock(file, sink, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  it("waits in the words that it is given, until it is told to stop", async () => {
    mkdirSync(path.dirname(file));
    await withLock(file, sink, async () => {
      const stop = new AbortController();
      const waiting = (pid: number): string => {
        stop.abort();
        return `process ${pid} is at it`;
      };
      const second = withLock(file, sink, () => Promise.resolve(), { waiting, signal: stop.signal });
      await expect(second).rejects.toThrow("The operation was aborted");
      expect(readlinkSync(file)).toMatch(new RegExp(`^${process.pid}-\\d+$`));
    });
    expect(said).toBe(`process ${process.pid} is at it\n`);
  });

  it("passes over a process that was killed, and that nobody has asked for its end", async () => {
    // The shell becomes a program that never asks.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
      const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      const start = stat()[19];
      while (!readFileSync(`/proc/${parent.pid}/comm`, "utf8").startsWith("sleep")) await sleep(10);
      process.kill(pid, "SIGKILL");
      while (stat()[0] !== "Z") await sleep(10);
      mkdirSync(path.dirname(file));
      symlinkSync(`${pid}-${start}`, file);
      const waiting = (): never => {
        throw new Error("it is waited for");
      };
      await expect(withLock(file, sink, () => Promise.resolve("done"), { waiting })).resolves.toBe("done");
    } finally {
      parent.kill("SIGKILL");
    }
  });

  const dead = async (): Promise<number | undefined> => {
    const child = spawn("true");
    await new Promise((resolve) => child.on("exit", resolve));
    return child.pid;
  };
  it.each<[string, () => Promise<string>]>([
    ["a process that has died", async () => `${await dead()}-1`],
    ["a process whose number another one has by now", () => Promise.resolve(`${process.pid}-1`)],
    ["a lock that names nobody", () => Promise.resolve("-")],
  ])("passes over %s", async (_, content) => {
    mkdirSync(path.dirname(file));
    symlinkSync(await content(), file);
    await expect(withLock(file, sink, () => Promise.resolve("done"))).resolves.toBe("done");
    expect(said).toBe("");
    expect(existsSync(file)).toBe(false);
  });
});
