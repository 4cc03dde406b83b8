/**
 * Processor time of an engine for some of its containers: of the engine's own processes, and of the shims of these containers,
 * which start and end what runs in them beside their first process, such as health checks. From Linux' /proc, since engines tell
 * only what happens inside of containers; other load on the machine is not in it.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Names of processes that all containers of an engine share: Docker's. */
const SHARED = ["dockerd", "containerd"];
/** As the kernel cuts it off. One for each container, whose id is among its arguments. */
const SHIM = "containerd-shim";

/** Milliseconds of a clock tick in /proc, on every architecture (sysconf(_SC_CLK_TCK) is 100; proc_pid_stat(5)). */
const TICK_MS = 10;

/** Milliseconds of a process and its ended children, from its line in /proc/PID/stat. Its name may have spaces in it. */
export function processMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime, stime, cutime, cstime: fields 14 to 17 of all; the first here is the third.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

function msOf(directory: string, ids: readonly string[]): number | undefined {
  try {
    const read = (file: string): string => readFileSync(path.join(directory, file), "utf8");
    const name = read("comm").trim();
    const counts = SHARED.includes(name) || (name === SHIM && ids.some((id) => read("cmdline").includes(id)));
    return counts ? processMs(read("stat")) : undefined;
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Milliseconds since these processes began; undefined where there is no such engine. `ids` are whole ids of containers. */
export function engineMs(ids: readonly string[], proc = "/proc"): number | undefined {
  let entries: string[];
  try {
    entries = readdirSync(proc).filter((entry) => /^\d+$/.test(entry));
  } catch {
    return undefined;
  }
  const found = entries.flatMap((entry) => msOf(path.join(proc, entry), ids) ?? []);
  return found.length === 0 ? undefined : found.reduce((sum, one) => sum + one, 0);
}
