/** Tries connections from inside a container's network to listeners inside the others', without a program of a container's own. */
import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { killAndWait, startBound } from "./second-engine/process";

export interface Target {
  /** What it stands for; several may have the same name, of which one that is reached is enough. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Words of its answer. A network beyond this machine may answer for any address, so that to connect is not enough. */
  readonly says: string;
}

/** Nobody answers within this: blocked. In milliseconds. */
const BLOCKED_MS = 4_000;

/** Answers everybody with one word: arguments are the port and the word. */
const LISTENER = `
const [port, word] = process.argv.slice(1);
require("net").createServer((socket) => { socket.on("error", () => {}); socket.resume(); socket.end(word); })
  .listen(Number(port), "0.0.0.0", () => console.log("ready"));
`;

/** Asks all targets at once, as one that speaks HTTP. */
const PROBE = `
const net = require("net");
const targets = JSON.parse(process.argv[1]);
const one = ({ address, port, says }) => new Promise((resolve) => {
  let heard = "";
  const socket = net.connect({ host: address, port }, () => socket.write("GET / HTTP/1.0\\r\\n\\r\\n"));
  socket.setTimeout(${BLOCKED_MS}, () => socket.destroy());
  socket.on("data", (data) => { heard += data; });
  socket.on("error", () => {});
  socket.on("close", () => resolve(heard.includes(says)));
});
Promise.all(targets.map(one)).then((all) => console.log(JSON.stringify(all)));
`;

async function inNetworkOf(docker: Docker, id: string): Promise<string[]> {
  const { State } = await docker.getContainer(id).inspect();
  return ["nsenter", "--target", String(State.Pid), "--net", process.execPath, "-e"];
}

/** Listens at every address of a container; needs root on the engine's host. */
export async function listenIn(docker: Docker, id: string, port: number, word: string): Promise<ChildProcess> {
  const args = [...(await inNetworkOf(docker, id)), LISTENER, String(port), word];
  const listener = startBound(args, ["ignore", "pipe", "inherit"]);
  if (listener.stdout) await once(listener.stdout, "data");
  return listener;
}

/** Ends listeners. */
export const silence = (listeners: readonly ChildProcess[]): Promise<void[]> =>
  Promise.all(listeners.map((listener) => killAndWait(listener)));

/** Names of targets that are reached from a container; needs root on the engine's host. */
export async function reachedFrom(docker: Docker, id: string, targets: readonly Target[]): Promise<Set<string>> {
  const [program = "", ...args] = await inNetworkOf(docker, id);
  const { stdout } = await promisify(execFile)(program, [...args, PROBE, JSON.stringify(targets)]);
  const reached = JSON.parse(stdout) as boolean[];
  return new Set(targets.filter((_, index) => reached[index]).map(({ name }) => name));
}
