import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { engineMs, processMs } from "../../../commands/bench/engine-cpu";

/** A line as the kernel writes it: user 3, system 4, and of ended children 5 and 6 ticks. */
const stat = (name: string): string => `12 (${name}) S 1 12 12 0 -1 4194560 100 200 0 0 3 4 5 6 20 0 1 0 99 0 0`;

let proc: string;
beforeEach(() => (proc = mkdtempSync(path.join(os.tmpdir(), "proc-"))));
afterEach(() => rmSync(proc, { recursive: true }));

function process(pid: string, comm: string, cmdline: string): void {
  const directory = path.join(proc, pid);
  mkdirSync(directory);
  for (const [file, content] of Object.entries({ comm: `${comm}\n`, cmdline, stat: stat(comm) }))
    writeFileSync(path.join(directory, file), content);
}

it("a process has its time and that of its ended children, whatever its name", () => {
  expect([processMs(stat("dockerd")), processMs(stat("a) b (c"))]).toEqual([180, 180]);
});

it("an engine is its own processes and the shims of the containers that are asked for", () => {
  process("1", "dockerd", "dockerd\0");
  process("2", "containerd", "containerd\0");
  process("3", "containerd-shim", "shim\0-id\0abc\0");
  process("4", "containerd-shim", "shim\0-id\0other\0");
  process("5", "node", "node\0abc\0");
  mkdirSync(path.join(proc, "6"));
  mkdirSync(path.join(proc, "self"));
  expect(engineMs(["abc"], proc)).toBe(3 * 180);
});

it("where no engine is seen there is no figure", () => {
  process("5", "node", "node\0abc\0");
  expect(engineMs(["abc"], proc)).toBeUndefined();
  expect(engineMs(["abc"], path.join(proc, "none"))).toBeUndefined();
});
