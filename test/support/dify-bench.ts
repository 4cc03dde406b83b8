/** PostgreSQL, Redis, MinIO, Squid and Dify's stand-ins on networks of their own, by hand: what the images do without the stack. */
import { execFile, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { builtReference } from "../../engines/images/build";
import { readLock } from "../../engines/images/lock";
import { PROJECT_ROOT } from "../../engines/project-root";

const lock = readLock();
const MINUTE = 60_000;

/** A finished command: `output` is stdout and stderr, one after the other. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** What a container is started with. */
export interface RunOptions {
  /** Names of the bench's networks; the container's name on them is its alias. */
  readonly networks?: readonly Network[];
  readonly env?: Readonly<Record<string, string>>;
  /** More options of docker create. */
  readonly options?: readonly string[];
  readonly command?: readonly string[];
}

/** back: everything but the sandbox. ssrf: sandbox, proxy, API and worker. */
export type Network = "back" | "ssrf";

/** Runs docker; never throws for what the command itself answers. */
export const docker = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile("docker", args, { timeout: 2 * MINUTE, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr }),
    );
  });

async function must(...args: readonly string[]): Promise<string> {
  const { code, output } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args[0]} ended with code ${code}: ${output}`);
  return output.trim();
}

/** Containers and networks with a prefix of their own; `stop` removes them all, with their volumes. */
export class Bench {
  readonly prefix = `dify-bench-${process.pid}`;
  /** A directory for files to mount; gone after `stop`. */
  readonly files = mkdtempSync(path.join(os.tmpdir(), "dify-bench-"));
  private readonly containers: string[] = [];

  /** Makes both networks. From `ssrf` nothing outside is reached, nor the host. */
  async start(): Promise<void> {
    chmodSync(this.files, 0o755); // for the containers' users
    await must("network", "create", `${this.prefix}-back`);
    const isolated = ["--internal", "--opt", "com.docker.network.bridge.inhibit_ipv4=true"];
    await must("network", "create", ...isolated, `${this.prefix}-ssrf`);
  }

  /** Writes a file that every user can read; gives its path. */
  file(name: string, content: string): string {
    const file = path.join(this.files, name);
    writeFileSync(file, content, { mode: 0o644 });
    return file;
  }

  /** Starts a container of an image of the lock; gives its full name. `name` is its alias. */
  async run(image: string, name: string, { networks = ["back"], env = {}, options = [], command = [] }: RunOptions) {
    const full = `${this.prefix}-${name}-${this.containers.length}`;
    const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const [first, ...others] = networks.map((network) => `${this.prefix}-${network}`);
    const network = first ? ["--network", first, "--network-alias", name] : ["--network", "none"];
    const volumes = ["--volume", `${this.files}:/bench:ro`];
    this.containers.push(full);
    await must(
      ...["create", "--name", full, ...network, ...volumes, ...variables, ...options],
      ...[builtReference(lock, image), ...command],
    );
    for (const other of others) await must("network", "connect", "--alias", name, other, full);
    await must("start", full);
    return full;
  }

  /** Stops and removes everything. */
  async stop(): Promise<void> {
    if (this.containers.length > 0) await docker("rm", "--force", "--volumes", ...this.containers);
    await docker("network", "rm", `${this.prefix}-back`, `${this.prefix}-ssrf`);
    rmSync(this.files, { recursive: true });
  }
}

/** Builds what is missing of these images; throws with the builder's last words. */
export function ensureImages(...names: readonly string[]): void {
  const command = ["--require", "./loader.js", "commands/images.ts", "ensure", ...names];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: PROJECT_ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`images ensure ended with code ${status}:\n${stderr}`);
}

/** Waits for a container to end; its exit code and log. */
export async function ended(container: string): Promise<Outcome> {
  const code = Number(await must("wait", container));
  return { code, output: (await docker("logs", container)).output };
}

/** The host's port of 127.0.0.1 that a container's port is published at. */
export async function published(container: string, port: number): Promise<number> {
  return Number((await must("port", container, `${port}/tcp`)).split(":").pop());
}

/** A new secret. */
export const secret = (): string => randomBytes(16).toString("hex");
