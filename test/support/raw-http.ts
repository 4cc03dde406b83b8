/** HTTP as an attacker sends it: bytes on a connection, whatever they are. */
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long an answer may take to begin, in milliseconds. */
const BEGINS_MS = 30_000;
/** How long nothing may come after its beginning before it counts as whole, in milliseconds. */
const SILENCE_MS = 1_500;

/** Sends bytes to 127.0.0.1 and gives all that comes back until the end, or until it is silent; "" when it ends without a word. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.setTimeout(BEGINS_MS, () => {
      if (answer === "") reject(new Error(`no answer in ${BEGINS_MS / 1000} s, and the connection was left open`));
      socket.destroy();
    });
    socket.on("data", (part) => {
      answer += part.toString("latin1");
      socket.setTimeout(SILENCE_MS);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

/** Status codes of all answers on a connection. */
export const statuses = (answer: string): number[] =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

/** Connections that sent the beginning of a request and hold still. */
export interface Held {
  close(): void;
}

/** Opens `count` connections that each send `bytes`. */
export async function hold(port: number, count: number, bytes: string): Promise<Held> {
  const sockets: net.Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("error", () => undefined).resume();
    sockets.push(socket);
    // A listening socket has room for a few hundred that were not accepted yet.
    if (i % 100 === 99) await sleep(20);
  }
  return {
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}
