import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readSample } from "../../engines/cgroup";

let root = "";
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "cgroup-"))));
afterEach(() => fs.rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
}

it("version 1 has a group for each controller", () => {
  write({
    "proc/7/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
    "sys/fs/cgroup/cpuacct/docker/abc/cpuacct.usage": "5000\n",
    "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "900\n",
    "sys/fs/cgroup/memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 400\n",
  });
  expect(readSample("abc", 7, root)).toMatchObject({ cpuNanoseconds: 5000, memoryBytes: 500 });
});

it("version 2 has one group", () => {
  write({
    "proc/7/cgroup": "0::/system.slice/docker-abc.scope\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/cpu.stat": "usage_usec 5\nuser_usec 1\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/memory.current": "900\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/memory.stat": "anon 1\ninactive_file 300\n",
  });
  expect(readSample("abc", 7, root)).toMatchObject({ cpuNanoseconds: 5000, memoryBytes: 600 });
});

it("a process of another container, or of nobody, gives nothing", () => {
  write({ "proc/7/cgroup": "0::/system.slice/docker-other.scope\n" });
  expect([readSample("abc", 7, root), readSample("abc", 8, root)]).toEqual([undefined, undefined]);
});
