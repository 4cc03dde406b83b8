/** Whether anything in a container listens on TCP, by the kernel's tables on this machine: it costs next to nothing to ask. */
import { readFile } from "node:fs/promises";

/** State "listening". */
const LISTEN = "0A";
/** The engine's own name server, which it puts into the network of each container: 127.0.0.11. */
const ENGINE_DNS = "0B00007F:";

/** Whether a table, /proc/PID/net/tcp or tcp6, has a socket that listens and is not the engine's. */
export const listensIn = (table: string): boolean =>
  table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .some(([, address = "", , state]) => state === LISTEN && !address.startsWith(ENGINE_DNS));

/**
 * Of the network that a process of this machine is in; undefined where that cannot be told. Of an engine on another machine it may be about
 * somebody else's process: who asks must be none the worse for a wrong answer.
 */
export async function listens(pid: number): Promise<boolean | undefined> {
  const tables = ["tcp", "tcp6"].map((name) => readFile(`/proc/${pid}/net/${name}`, "utf8"));
  const [tcp, tcp6] = await Promise.allSettled(tables);
  if (tcp?.status !== "fulfilled") return undefined;
  return listensIn(tcp.value) || (tcp6?.status === "fulfilled" && listensIn(tcp6.value));
}
