/** Images before containers: with progress that Pulumi's own rows would not show. The graph then finds them there. */
import type Docker from "dockerode";
import type { WantedImage } from "../components/images";
import type { Config } from "../config";
import { CACHE, ensureImages } from "../engines/images/build";
import { hasImage, pullImage } from "../engines/images/engine";
import { Layers } from "../engines/images/layers";
import { readLock } from "../engines/images/lock";
import { Step, type Sink } from "../engines/images/progress";
import { pullFault } from "../engines/images/pull";

/** More at once would not be faster: the engine itself loads three layers at a time. */
const AT_ONCE = 3;

/** Pulls or builds what the engine does not have. @throws Error naming the image and why it cannot be had. */
export async function fetchImages(
  config: Pick<Config, "imageSource">,
  docker: Docker,
  wanted: readonly WantedImage[],
  sink: Sink = process.stderr,
): Promise<void> {
  if (config.imageSource === "build") {
    const names = wanted.map(({ name }) => name);
    await ensureImages({ docker, lock: readLock(), cache: CACHE, sink }, names);
    return;
  }
  const there = await Promise.all(wanted.map(({ reference }) => hasImage(docker, reference)));
  const missing = wanted.filter((_image, index) => !there[index]);
  if (missing.length > 0) await pullAll(docker, missing, sink);
}

/** The first failure ends all of them: what keeps one image away mostly keeps away the others. */
async function pullAll(docker: Docker, missing: readonly WantedImage[], sink: Sink): Promise<void> {
  const step = new Step("images", `pulling ${missing.length}`, sink);
  const stop = new AbortController();
  const pulls = new Pulls(docker, step, missing.length, stop.signal);
  const queue = missing.values();
  const worker = async (): Promise<void> => {
    for (const image of queue) await pulls.pull(image);
  };
  const workers = Array.from({ length: AT_ONCE }, () => worker().catch((error: unknown) => stop.abort(error)));
  await Promise.all(workers);
  step.end(stop.signal.aborted ? "failed after" : `pulled ${missing.length} in`);
  stop.signal.throwIfAborted();
}

/** Several pulls with one line of progress. */
class Pulls {
  private readonly layers = new Layers();
  private readonly running = new Set<string>();
  private finished = 0;

  constructor(
    private readonly docker: Docker,
    private readonly step: Step,
    private readonly count: number,
    private readonly signal: AbortSignal,
  ) {}

  async pull({ name, reference }: WantedImage): Promise<void> {
    this.signal.throwIfAborted();
    const started = Date.now();
    this.running.add(name);
    try {
      await pullImage(this.docker, reference, (message) => this.note(message), this.signal);
    } catch (error) {
      throw pullFault(name, reference, error);
    }
    this.running.delete(name);
    this.finished++;
    const seconds = Math.round((Date.now() - started) / 1000);
    this.step.log(`[${this.finished}/${this.count}] ${name}: pulled in ${seconds} s`);
  }

  private note(message: Parameters<Layers["add"]>[0]): void {
    this.layers.add(message);
    this.step.note(`${this.finished} of ${this.count} there, ${this.layers}; pulling ${[...this.running].join(", ")}`);
  }
}
