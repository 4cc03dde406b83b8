/** One place for downloads in tests: a directory, a server, and the ways in which a model is fetched from it. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { download, type DownloadOptions } from "../../engines/models/download";
import { partialFile, type DownloadPlan, type Outcome } from "../../engines/models/plan";
import { BadServer, modelBytes } from "./bad-server";

const ROOT = path.join(__dirname, "../..");

export const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** A finished process. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A download in a process of its own, as the graph node runs it. */
export interface Process {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it said so far. */
  stderr(): string;
  signal(name: NodeJS.Signals): void;
}

export class ModelFetch {
  readonly directory = mkdtempSync(path.join(tmpdir(), "model-fetch-"));
  readonly target = path.join(this.directory, "models", "model.gguf");
  readonly body: Buffer;
  /** SHA-256 of the server's file. */
  readonly right: string;
  /** What was told, in order. */
  said = "";
  private readonly running = new Set<Process>();

  private constructor(readonly server: BadServer) {
    this.body = server.body;
    this.right = sha256(server.body);
  }

  static async start(body = modelBytes(300_000)): Promise<ModelFetch> {
    return new ModelFetch(await new BadServer(body).start());
  }

  /** The plan for the server's file, with its checksum and size. */
  plan(changes: Partial<DownloadPlan> = {}): DownloadPlan {
    return {
      url: this.server.url(),
      target: this.target,
      format: "gguf",
      sha256: this.right,
      bytes: this.body.length,
      setting: "llamaCppModel",
      generation: "first",
      ...changes,
    };
  }

  /** A model that nothing is known of. */
  unknown = (changes: Partial<DownloadPlan> = {}): DownloadPlan =>
    this.plan({ sha256: undefined, bytes: undefined, ...changes });

  /** Fetches in this process, with pauses of a millisecond. */
  fetch(plan = this.plan(), options: DownloadOptions = {}): Promise<Outcome> {
    return download(plan, { sink: { write: (text: string) => (this.said += text) }, retryMs: 1, ...options });
  }

  /** The message that a fetch ends with. @throws Error when it does not fail. */
  async fault(plan = this.plan(), options: DownloadOptions = {}): Promise<string> {
    const outcome = await this.fetch(plan, options).catch(({ message }: Error) => message);
    if (typeof outcome === "string") return outcome;
    throw new Error(`the model was ${outcome.status}, a fault was expected`);
  }

  /** Starts the node's process. */
  run(plan = this.plan(), env: Readonly<Record<string, string | undefined>> = {}): Process {
    const child = spawn("node", ["--require", "./loader.js", "engines/models/main.ts"], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    child.stdin.on("error", () => undefined).end(JSON.stringify(plan));
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
    const one: Process = { pid: child.pid ?? 0, ended, stderr: () => stderr, signal: (name) => void child.kill(name) };
    this.running.add(one);
    void ended.then(() => this.running.delete(one));
    return one;
  }

  /** SHA-256 of what is at the target; undefined: nothing. */
  found = (): string | undefined => (existsSync(this.target) ? sha256(readFileSync(this.target)) : undefined);

  /** Leaves a part at the place where an earlier run would have left it. */
  leavePart(part: Buffer, plan = this.plan()): void {
    mkdirSync(path.dirname(partialFile(plan)), { recursive: true });
    writeFileSync(partialFile(plan), part);
  }

  /** Names of the files beside the models, without what depends on the source. */
  left(): string[] {
    const work = path.join(this.directory, "models", ".download");
    return (existsSync(work) ? readdirSync(work) : []).map((name) => name.replace(/\.[0-9a-f]{16}\./, ".KEY.")).sort();
  }

  /** Ends what runs, and removes everything. */
  async close(): Promise<void> {
    for (const one of this.running) one.signal("SIGKILL");
    await Promise.all([...this.running].map(({ ended }) => ended));
    await this.server.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Waits until something holds. @throws Error when it does not within 20 seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
}
