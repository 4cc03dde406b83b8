/**
 * The rate of model downloads against curl, from the same server on this machine: at the rate of a network, and as fast as
 * two processes on one machine can, where the SHA-256 that curl does not compute is what costs.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { download } from "../../engines/models/download";
import { figures, seconds, type Figures } from "./statistics";

/** Size of the file, in MiB: seconds of work, and it fits into small temporary disks. */
const SIZE_MIB = 512;

/**
 * A server in a process of its own, so that it competes with both alike. It sends a GGUF magic and zeros, not faster than
 * the rate (MiB a second; 0: as fast as it can). Prints its port.
 */
const SERVER = `
const http = require("node:http");
const [size, rate] = process.argv.slice(1).map((text) => Number(text) * 1024 * 1024);
const chunk = Buffer.alloc(1024 * 1024);
const server = http.createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
  const started = Date.now();
  let sent = 0;
  const more = () => {
    if (sent >= size) return response.end();
    const late = rate === 0 ? 0 : (sent / rate) * 1000 - (Date.now() - started);
    if (late > 1) return setTimeout(more, late);
    const part = Buffer.from(chunk);
    if (sent === 0) part.write("GGUF");
    sent += part.length;
    if (response.write(part)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** SHA-256 of what the server sends. */
function expectedHash(): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(1024 * 1024);
  const first = Buffer.from(chunk);
  first.write("GGUF");
  for (let part = 0; part < SIZE_MIB; part++) hash.update(part === 0 ? first : chunk);
  return hash.digest("hex");
}

async function serve(rateMiB: number): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ["-e", SERVER, String(SIZE_MIB), String(rateMiB)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", (text: Buffer) => resolve(text.toString().trim()));
  });
  return { url: `http://127.0.0.1:${port}/model.gguf`, stop: () => void child.kill() };
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

/** What a download is compared with: curl, which does not check what it got; or curl and then the check. */
export type Yardstick = "curl" | "curl, then sha256sum";

function yardstick(kind: Yardstick, url: string, target: string): Promise<void> {
  run("curl", "--silent", "--show-error", "--fail", "--output", target, url);
  if (kind !== "curl") run("sha256sum", target);
  return Promise.resolve();
}

export interface Rates {
  /** MiB a second. */
  readonly ours: Figures;
  readonly yardstick: Figures;
}

/** Downloads and checks a file in turns with the yardstick. `rateMiB`: what the server sends at most, 0: no limit. */
export async function downloadRates(rateMiB: number, kind: Yardstick, rounds: number): Promise<Rates> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "mcp-stack-bench-"));
  const { url, stop } = await serve(rateMiB);
  const sha256 = expectedHash();
  const sink = { write: () => true };
  const [ours, theirs]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < rounds; round++) {
      const target = path.join(directory, `model-${round}.gguf`);
      const plan = {
        url,
        target,
        sha256,
        bytes: SIZE_MIB * 2 ** 20,
        format: "gguf",
        setting: "llamaCppModel",
        generation: "bench",
      } as const;
      ours.push(SIZE_MIB / (await seconds(() => download(plan, { sink }))));
      rmSync(target);
      theirs.push(SIZE_MIB / (await seconds(() => yardstick(kind, url, path.join(directory, "curl.gguf")))));
    }
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
  return { ours: figures(ours), yardstick: figures(theirs) };
}
