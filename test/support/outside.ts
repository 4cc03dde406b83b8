/** A web server "outside": in a network of its own, at an address that is neither private nor anybody's (RFC 5737). */
import { once } from "node:events";
import { createNamespace } from "./second-engine/namespace";
import { command, killAndWait, startBound } from "./second-engine/process";

export interface Outside {
  readonly url: string;
  /** What it answers. */
  readonly body: string;
  remove(): Promise<void>;
}

const BODY = "this is outside";
const SERVER = `require("http").createServer((_, answer) => answer.end(${JSON.stringify(BODY)})).listen(80, () => console.log("ready"))`;

/** Starts it; needs root on Linux. */
export async function startOutside(): Promise<Outside> {
  const address = `203.0.113.${1 + (process.pid % 250)}`;
  const namespace = await createNamespace([`ip address add ${address}/32 dev lo`]);
  try {
    // Gone with the link to the namespace.
    await command("ip", "route", "add", `${address}/32`, "via", namespace.address);
    const server = startBound([...namespace.inNetwork, process.execPath, "-e", SERVER], ["ignore", "pipe", "inherit"]);
    if (server.stdout) await once(server.stdout, "data");
    const remove = async (): Promise<void> => {
      await killAndWait(server);
      await namespace.remove();
    };
    return { url: `http://${address}/`, body: BODY, remove };
  } catch (error) {
    await namespace.remove();
    throw error;
  }
}
