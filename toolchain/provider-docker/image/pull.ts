/** Pulls images, showing how far it is. */
import type { ResourceContext } from "../../plugin/handlers";
import type { Engine } from "../engine/connect";
import { daemonText } from "../engine/errors";
import { findImage, type LocalImage } from "./lookup";
import { followMessages, type EngineMessage } from "./messages";

/** Where messages go, and what ends the work early. */
export type Progress = Pick<ResourceContext, "log" | "signal">;

const REPORT_MS = 1000;

/**
 * The image, from the engine if it has it, else from its registry. One that is there is never looked up in the registry.
 *
 * @throws Error naming the image, if it cannot be had
 */
export async function ensureImage(
  engine: Engine,
  name: string,
  platform: string,
  progress: Progress,
): Promise<LocalImage> {
  const local = await findImage(engine, name);
  if (local) return local;
  try {
    await pull(engine, name, platform, progress);
  } catch (error) {
    progress.signal.throwIfAborted();
    const text = daemonText(error, engine.host);
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${text}`, { cause: error });
  }
  const pulled = await findImage(engine, name);
  if (pulled) return pulled;
  throw new Error(`unable to find or pull image ${name}`);
}

async function pull(engine: Engine, name: string, platform: string, { log, signal }: Progress): Promise<void> {
  const { fromImage, tag, registry } = pullReference(name);
  const options = { fromImage, tag, ...(platform === "" ? {} : { platform }), abortSignal: signal };
  const auth = engine.registryAuth[registry] ?? { username: "", password: "", serveraddress: "" };
  const stream = await engine.docker.createImage(auth, options);
  const layers = new LayerProgress();
  let next = 0;
  await followMessages(stream, (message) => {
    layers.add(message);
    if (Date.now() < next) return;
    next = Date.now() + REPORT_MS;
    log("info", `pulling ${name}: ${layers}`, { status: true });
  });
}

/** How the engine takes a reference: repository, and its digest if there is one, else its tag. */
export function pullReference(name: string): { fromImage: string; tag: string; registry: string } {
  const [tagged = name, digest] = name.split("@");
  const [, repository = tagged, tag = "latest"] = /^(.*?)(?::([^/:]+))?$/.exec(tagged) ?? [];
  const first = repository.split("/")[0] ?? "";
  const hasRegistry = repository.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return { fromImage: repository, tag: digest ?? tag, registry: hasRegistry ? first : "registry-1.docker.io" };
}

/** Sum over the layers of a pull. */
export class LayerProgress {
  private readonly layers = new Map<string, { current: number; total: number; done: boolean }>();

  /** Takes one message of the pull into account. */
  add({ id, status, progressDetail }: EngineMessage): void {
    if (id === undefined || status === undefined) return;
    const layer = this.layers.get(id);
    if (/^(Pulling fs layer|Waiting|Already exists)$/.test(status)) {
      this.layers.set(id, { current: 0, total: 0, done: status === "Already exists" });
    } else if (layer && status === "Downloading") {
      const { current = 0, total = 0 } = progressDetail ?? {};
      this.layers.set(id, { current, total, done: false });
    } else if (layer && /^(Download complete|Pull complete)$/.test(status)) {
      this.layers.set(id, { ...layer, current: layer.total, done: true });
    }
  }

  /** Such as "2 of 5 layers, 45 % of 120 MB". Layers whose size is not known yet do not count in the size. */
  toString(): string {
    const all = [...this.layers.values()];
    const total = all.reduce((sum, layer) => sum + layer.total, 0);
    const current = all.reduce((sum, layer) => sum + layer.current, 0);
    const layers = `${all.filter(({ done }) => done).length} of ${all.length} layers`;
    if (total === 0) return layers;
    return `${layers}, ${Math.floor((100 * current) / total)} % of ${Math.ceil(total / 1_000_000)} MB`;
  }
}
