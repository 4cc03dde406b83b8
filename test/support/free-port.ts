/** Ports for tests. */
import { randomInt } from "node:crypto";
import net from "node:net";

/** Below those that systems give to outgoing connections, one of which could take a port before its stack does. */
const FIRST = 20_000;
/** Of each worker of jest: tests that run beside each other do not take each other's. */
const SHARE = 1_000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
  });

/** Given to a test of this file already, whose stack may not listen yet. */
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on at the moment, and no other call in this process was given. */
export async function freePort(): Promise<number> {
  const first = FIRST + SHARE * Number(process.env.JEST_WORKER_ID ?? 0);
  for (let port = first + randomInt(SHARE); ; port = first + randomInt(SHARE)) {
    if (given.has(port)) continue;
    // Before the look, so that two calls at once do not take the same.
    given.add(port);
    if (await isFree(port)) return port;
  }
}
