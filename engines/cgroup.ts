/**
 * What a container uses, read from the kernel's own files: engines read at most once a second, and let their callers wait.
 * Only for an engine of this machine; both versions of control groups.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

/** Processor time and memory of a container at one moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Since the container was started. */
  readonly cpuNanoseconds: number;
  /** Without the page cache that the kernel can take back at once, as `docker stats` counts it. */
  readonly memoryBytes: number;
}

const number = (file: string): number => Number(readFileSync(file, "utf8"));

/** The value of a key in a file of lines "key value". */
const valueOf = (file: string, key: string): number =>
  Number(new RegExp(`^${key} (\\d+)$`, "m").exec(readFileSync(file, "utf8"))?.[1] ?? 0);

/** Group of a process by controller; "" is version 2, which has one for all. */
function groups(root: string, pid: number): Map<string, string> {
  const lines = readFileSync(path.join(root, "proc", String(pid), "cgroup"), "utf8")
    .trim()
    .split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = "", ...group] = line.split(":");
      return controllers.split(",").map((controller) => [controller, group.join(":")] as const);
    }),
  );
}

function version1(base: string, cpu: string, memory: string): Omit<Sample, "at"> {
  const memoryBase = path.join(base, "memory", memory);
  return {
    cpuNanoseconds: number(path.join(base, "cpuacct", cpu, "cpuacct.usage")),
    memoryBytes:
      number(path.join(memoryBase, "memory.usage_in_bytes")) -
      valueOf(path.join(memoryBase, "memory.stat"), "total_inactive_file"),
  };
}

function version2(group: string): Omit<Sample, "at"> {
  const [current, stat] = [path.join(group, "memory.current"), path.join(group, "memory.stat")];
  return {
    cpuNanoseconds: valueOf(path.join(group, "cpu.stat"), "usage_usec") * 1000,
    memoryBytes: number(current) - valueOf(stat, "inactive_file"),
  };
}

/**
 * Reads a container's groups by its first process. Undefined when they cannot be read here, or the process is another one:
 * an engine in a virtual machine counts processes of its own.
 */
export function readSample(id: string, pid: number, root = "/"): Sample | undefined {
  try {
    const found = groups(root, pid);
    const base = path.join(root, "sys/fs/cgroup");
    const [cpu, memory] = [found.get("cpuacct"), found.get("memory")];
    const group = memory ?? found.get("");
    if (!group?.includes(id)) return undefined;
    const values = cpu && memory ? version1(base, cpu, memory) : version2(path.join(base, group));
    return { at: Date.now(), ...values };
  } catch {
    return undefined;
  }
}
