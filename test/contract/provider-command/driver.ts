/** Drives the handlers of the command plugin as the engine would, without one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { DiffResult, ResourceContext, Severity } from "../../../toolchain/plugin/handlers";
import type { PropertyMap, PropertyValue } from "../../../toolchain/plugin/properties";
import { commandResource } from "../../../toolchain/provider-command/command";
import { runFunction } from "../../../toolchain/provider-command/run";

/** A line that the plugin sent to the engine. */
export interface Line {
  readonly severity: Severity;
  readonly message: string;
  readonly status: boolean;
}

/** One resource (or function) under test. */
export interface Driver {
  readonly lines: Line[];
  /** Cancels what runs. */
  cancel(): void;
  check(news: PropertyMap): Promise<Awaited<ReturnType<typeof commandResource.check>>>;
  create(inputs: PropertyMap, preview?: boolean): Promise<{ readonly id: string; readonly outputs: PropertyMap }>;
  /** @param state outputs of the last create or update */
  update(state: PropertyMap, news: PropertyMap, preview?: boolean): Promise<PropertyMap>;
  delete(state: PropertyMap): Promise<void>;
  read(state: PropertyMap, inputs: PropertyMap): Promise<unknown>;
  run(args: PropertyMap): ReturnType<typeof runFunction>;
}

/** A fresh driver of the resource "step". */
export function driver(): Driver {
  const lines: Line[] = [];
  const abort = new AbortController();
  const context: ResourceContext = {
    urn: "urn:pulumi:test::trial::command:local:Command::step",
    type: "command:local:Command",
    name: "step",
    signal: abort.signal,
    log: (severity, message, options) => void lines.push({ severity, message, status: options?.status ?? false }),
  };
  const rest = { ...context, timeoutSeconds: 0, ignoreChanges: [] };
  return {
    lines,
    cancel: () => abort.abort(new Error("the update was cancelled")),
    check: async (news) => commandResource.check({ ...context, olds: {}, news, randomSeed: new Uint8Array() }),
    create: async (inputs, preview = false) => commandResource.create({ ...rest, inputs, preview }),
    update: async (state, news, preview = false) =>
      commandResource.update({ ...rest, id: "id", state, oldInputs: {}, news, preview }),
    delete: async (state) => commandResource.delete({ ...rest, id: "id", state, oldInputs: {} }),
    read: async (state, inputs) => commandResource.read({ ...context, id: "id", state, inputs }),
    run: async (args) => runFunction({ ...context, args }),
  };
}

/** What the plugin says about a change of inputs. */
export async function diff(oldInputs: PropertyMap, news: PropertyMap): Promise<DiffResult> {
  const request = { urn: "", type: "", name: "", signal: new AbortController().signal, log: () => undefined };
  return commandResource.diff({ ...request, id: "id", state: {}, oldInputs, news, ignoreChanges: [] });
}

/** The standard output of a new command. */
export async function stdoutOf(inputs: PropertyMap): Promise<PropertyValue | undefined> {
  return (await driver().create(inputs)).outputs.stdout;
}

/** A folder of its own for each test of a file. */
export function temporaryFolder(): { readonly path: string } {
  const folder = { path: "" };
  beforeEach(() => {
    folder.path = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-command-"));
  });
  afterEach(() => fs.rmSync(folder.path, { recursive: true, force: true }));
  return folder;
}
