import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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

  it("passes over a process that has died", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.on("exit", resolve));
    await withLock(file, sink, () => Promise.resolve());
    writeFileSync(file, String(child.pid));
    await expect(withLock(file, sink, () => Promise.resolve("done"))).resolves.toBe("done");
    expect(said).toBe("");
  });
});
