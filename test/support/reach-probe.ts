/** Tries connections from inside a container's network, without a program of the container's own. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type Docker from "dockerode";

export interface Target {
  /** What it stands for; several may have the same name, of which one that is reached is enough. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Nobody answers within this: blocked. In milliseconds. */
const BLOCKED_MS = 1_500;
/** A connection that is closed within this was let in by nobody: the bridge of a catalog server knows its gateway alone. */
const KEPT_MS = 300;

/** Runs in the network of a container. A refused port is reached, too: the machine behind it answered. */
const PROBE = `
const net = require("net");
const targets = JSON.parse(process.argv[1]);
const one = ({ address, port }) => new Promise((resolve) => {
  const socket = net.connect({ host: address, port });
  socket.setTimeout(${BLOCKED_MS}, () => { resolve(false); socket.destroy(); });
  socket.on("connect", () => { socket.setTimeout(0); setTimeout(() => { resolve(true); socket.destroy(); }, ${KEPT_MS}); });
  socket.on("end", () => { resolve(false); socket.destroy(); });
  socket.on("error", ({ code }) => resolve(code === "ECONNREFUSED"));
  socket.resume();
});
Promise.all(targets.map(one)).then((all) => console.log(JSON.stringify(all)));
`;

/** Names of targets that are reached from a container; needs root on the engine's host. */
export async function reachedFrom(docker: Docker, id: string, targets: readonly Target[]): Promise<Set<string>> {
  const { State } = await docker.getContainer(id).inspect();
  const inside = ["--target", String(State.Pid), "--net"];
  const { stdout } = await promisify(execFile)("nsenter", [
    ...inside,
    process.execPath,
    "-e",
    PROBE,
    JSON.stringify(targets),
  ]);
  const reached = JSON.parse(stdout) as boolean[];
  return new Set(targets.filter((_, index) => reached[index]).map(({ name }) => name));
}
