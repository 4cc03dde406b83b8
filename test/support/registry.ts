/** A real image registry for tests: Debian's docker-registry on a free loopback port, where engines ask for no TLS. */
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { stringify } from "yaml";
import { failureOf, type EngineFailure } from "../../engines/images/engine";
import { packagedProgram } from "./debian-package";
import { freePort } from "./free-port";
import { hasEnded, killAndWait, startBound } from "./second-engine/process";

const START_SECONDS = 30;

export interface TestRegistry {
  /** 127.0.0.1:PORT, as image references begin. */
  readonly address: string;
  /** Pushes an image of the engine as ADDRESS/REPOSITORY:TAG, a name that the engine then forgets; gives its digest. */
  push(docker: Docker, reference: string, repository: string, tag?: string): Promise<string>;
  /** All requests so far, such as "GET /v2/hub/mcp/time/manifests/latest". */
  requests(): string[];
  /** Ends it and removes all that it held; a second call does nothing. */
  stop(): Promise<void>;
}

/** Starts an empty registry. The caller calls `stop()` in the end. */
export async function startRegistry(): Promise<TestRegistry> {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const log = path.join(directory, "log");
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child) await killAndWait(child);
    fs.rmSync(directory, { recursive: true, force: true });
  };
  try {
    child = await serve(directory, address, log);
    await untilItAnswers(child, address, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address,
    push: (docker, reference, repository, tag = "latest") => push(docker, reference, `${address}/${repository}`, tag),
    requests: () => fs.readFileSync(log, "utf8").match(/(?<=")[A-Z]+ \/v2\/[^ ]*/g) ?? [],
    stop,
  };
}

async function serve(directory: string, address: string, log: string): Promise<ChildProcess> {
  const program = await packagedProgram("docker-registry", directory);
  const config = path.join(directory, "config.yml");
  const storage = { filesystem: { rootdirectory: path.join(directory, "images") } };
  fs.writeFileSync(config, stringify({ version: "0.1", log: { level: "error" }, storage, http: { addr: address } }));
  const output = fs.openSync(log, "w");
  try {
    return startBound([program, "serve", config], ["ignore", output, output]);
  } finally {
    fs.closeSync(output);
  }
}

async function untilItAnswers(child: ChildProcess, address: string, log: string): Promise<void> {
  const end = Date.now() + START_SECONDS * 1000;
  const answers = (): Promise<boolean> =>
    fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (hasEnded(child) || Date.now() > end)
      throw new Error(`docker-registry does not answer at ${address}; it said:\n${fs.readFileSync(log, "utf8")}`);
    await sleep(100);
  }
}

/** One message of a push; the last one tells the digest. */
interface PushMessage extends EngineFailure {
  readonly aux?: { readonly Digest?: string };
}

async function push(docker: Docker, reference: string, repo: string, tag: string): Promise<string> {
  const name = `${repo}:${tag}`;
  await docker.getImage(reference).tag({ repo, tag });
  try {
    const stream = await docker.getImage(repo).push({ tag, authconfig: { username: "", password: "" } });
    const messages = await new Promise<PushMessage[]>((resolve, reject) =>
      docker.modem.followProgress(stream, (error, all: PushMessage[]) => (error ? reject(error) : resolve(all))),
    );
    const digest = messages.find(({ aux }) => aux?.Digest !== undefined)?.aux?.Digest;
    if (digest !== undefined) return digest;
    throw new Error(`${name} could not be pushed: ${messages.map(failureOf).find(Boolean) ?? "no digest"}`);
  } finally {
    // With the last tag of a repository the engine forgets its digests, too.
    await docker.getImage(name).remove({ noprune: true });
  }
}
