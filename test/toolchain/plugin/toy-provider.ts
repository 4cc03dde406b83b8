/**
 * A provider whose only resource keeps what it is told, for tests of what lies around handlers. Run as a program, it
 * serves for the life of the process.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InitFailed, type ResourceHandler } from "../../../toolchain/plugin/handlers";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { servePlugin, type PluginOptions } from "../../../toolchain/plugin/server";

/** Every request that a handler got, by the name of its method. */
export interface Seen {
  readonly method: string;
  readonly request: object;
}

/** A fresh toy, and the list that its handlers write to. */
export function toyProvider(): { readonly options: PluginOptions; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const note = (method: string, request: object): void => void seen.push({ method, request });
  const options: PluginOptions = {
    name: "toy",
    version: "1.2.3",
    features: { acceptSecrets: true, supportsPreview: true, acceptResources: true, supportsAutonaming: true },
    handlers: { "toy:index:Box": boxHandler(note) },
    functions: { "toy:index:echo": ({ args }) => ({ outputs: { echoed: args.text } }) },
    checkConfig: (config) => (config.size ? [{ property: "size", reason: "must be empty" }] : []),
    configure: (config) => note("configure", config),
  };
  return { options, seen };
}

function boxHandler(note: (method: string, request: object) => void): ResourceHandler {
  return {
    check(request) {
      note("check", request);
      const failures = typeof request.news.size === "number" ? [] : [{ property: "size", reason: "no number" }];
      return { inputs: { colour: "red", ...request.news }, failures };
    },
    diff(request) {
      note("diff", request);
      return { changes: { size: { kind: "update-replace" } }, deleteBeforeReplace: true };
    },
    async create(request) {
      note("create", request);
      request.log("info", "first", { status: true });
      request.log("warning", "second");
      if (request.inputs.wait === true) await aborted(request.signal).finally(() => undo(note, request));
      if (request.inputs.broken === true)
        throw new InitFailed("id-1", request.inputs, request.inputs, ["not in order"]);
      return { id: "id-1", outputs: request.inputs };
    },
    read(request) {
      note("read", request);
      return request.id === "gone" ? undefined : { id: request.id, outputs: request.state, inputs: request.inputs };
    },
    update(request): PropertyMap {
      note("update", request);
      return { ...request.news, updated: true };
    },
    delete(request) {
      note("delete", request);
      throw new Error(`${request.name} is nailed down`);
    },
  };
}

/** Takes its time, as removing something half made does. */
async function undo(note: (method: string, request: object) => void, request: object): Promise<void> {
  await sleep(50);
  note("undone", request);
}

/** Never resolves; is rejected with the reason of the cancellation. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

if (require.main === module) servePlugin(toyProvider().options);
