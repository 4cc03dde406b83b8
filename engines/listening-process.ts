/** Which process listens on a TCP port of this machine; Linux only, and only what the user may see. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** State "listening" in /proc/net/tcp. */
const LISTEN = "0A";

/** Socket inodes that listen on the port, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTEN)
    .flatMap((fields) => fields[9] ?? []);
}

const attempt = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise; // A process that ended meanwhile, or one of another user.
  }
};

const holds = (pid: string, sockets: ReadonlySet<string>): boolean =>
  attempt(() => readdirSync(`/proc/${pid}/fd`), []).some((fd) =>
    sockets.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), "")),
  );

/** "the process NAME (pid N)"; undefined where it cannot be told. */
export function listeningProcess(port: number): string | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((file) => existsSync(file));
  const inodes = tables.flatMap((file) => listeningInodes(readFileSync(file, "utf8"), port));
  if (inodes.length === 0) return undefined;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const pid = readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && holds(entry, sockets));
  if (pid === undefined) return undefined;
  return `the process ${attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim(), "?")} (pid ${pid})`;
}
