/** A provider as a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = path.join(__dirname, "../../..");
const TOY = ["--require", "sucrase/register/ts", path.join(__dirname, "toy-provider.ts")];

let child: ChildProcess;
let said: string;
afterEach(() => {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // Everything has ended, as it should.
  }
});

/** Starts a program in a group of its own and resolves to the first line of its output. */
async function start(command: string, args: readonly string[]): Promise<string> {
  child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"], detached: true });
  said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!said.includes("\n")) await once(child.stdout as NodeJS.ReadableStream, "data");
  return said.slice(0, said.indexOf("\n"));
}

async function answers(port: string): Promise<boolean> {
  const socket = net.connect(Number(port), "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe("servePlugin", () => {
  it("prints its port and nothing else, whatever flags come with the engine's address", async () => {
    const port = await start(process.execPath, [...TOY, "--logtostderr", "-v=9", "127.0.0.1:1"]);
    expect(port).toMatch(/^\d+$/);
    expect(await answers(port)).toBe(true);
    expect(said).toBe(`${port}\n`);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends in order on %s", async (signal) => {
    await start(process.execPath, [...TOY, "127.0.0.1:1"]);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("ends when its parent is gone", async () => {
    const script = `exec 3>&1; "$0" "$@" >&3 & wait`;
    const port = await start("/bin/sh", ["-c", script, process.execPath, ...TOY, "127.0.0.1:1"]);
    expect(await answers(port)).toBe(true);
    child.kill("SIGKILL");
    for (let waited = 0; (await answers(port)) && waited < 10_000; waited += 100) await sleep(100);
    expect(await answers(port)).toBe(false);
  });
});
