/** Acts towards a provider's handlers as the Pulumi engine does towards a plugin: one resource, its state and its steps. */
import { InitFailed, type ResourceContext, type ResourceHandler } from "../../toolchain/plugin/handlers";
import type { PluginOptions } from "../../toolchain/plugin/server";
import type { PropertyMap } from "../../toolchain/plugin/properties";

/** A line that the provider logged. */
export interface LogLine {
  readonly severity: string;
  readonly message: string;
  readonly status: boolean;
}

/** What the state has of a resource. */
export interface State {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly initErrors: readonly string[];
}

/** What an update would do. `changes` are property paths with their kinds. */
export interface Plan {
  readonly step: "create" | "same" | "update" | "replace";
  readonly changes: Readonly<Record<string, string>>;
  readonly deleteBeforeReplace?: boolean;
}

/** A resource of a program, from the engine's side. */
export class ResourceUnderTest {
  state: State | undefined;
  readonly log: LogLine[] = [];
  private readonly handler: ResourceHandler;
  private cancel = new AbortController();

  constructor(
    plugin: PluginOptions,
    readonly type: string,
    readonly name: string,
  ) {
    const handler = plugin.handlers[type];
    if (!handler) throw new Error(`the plugin has no resource type ${type}`);
    this.handler = handler;
  }

  /** What `pulumi preview` shows. Throws the faults of the inputs, one a line. */
  async preview(program: PropertyMap): Promise<Plan> {
    const inputs = await this.check(program, this.state?.inputs ?? {});
    if (!this.state) return { step: "create", changes: {} };
    const { id, outputs, inputs: oldInputs, initErrors } = this.state;
    const request = { ...this.context(), id, state: outputs, oldInputs, news: inputs, ignoreChanges: [] };
    const { changes, replaces, deleteBeforeReplace } = await this.handler.diff(request);
    const kinds = Object.entries(changes).map(([path, { kind }]) => [path, kind] as const);
    const replacing = (replaces?.length ?? 0) > 0 || kinds.some(([, kind]) => kind.endsWith("-replace"));
    const changed = kinds.length > 0 || initErrors.length > 0;
    const step = replacing ? "replace" : changed ? "update" : "same";
    return { step, changes: Object.fromEntries(kinds), deleteBeforeReplace };
  }

  /** What `pulumi up` does. A failed resource that exists is in the state, and the failure is thrown. */
  async up(program: PropertyMap, timeoutSeconds = 0): Promise<Plan> {
    const plan = await this.preview(program);
    if (plan.step === "create") await this.create(program, timeoutSeconds);
    if (plan.step === "update") await this.update(program);
    if (plan.step === "replace") await this.replace(program, plan.deleteBeforeReplace ?? false);
    return plan;
  }

  /** What `pulumi refresh` does: a resource that is gone leaves the state. */
  async refresh(): Promise<void> {
    const { id, inputs, outputs } = this.known();
    const found = await this.handler.read({ ...this.context(), id, state: outputs, inputs });
    this.state = found && { ...found, initErrors: [] };
  }

  /** What `pulumi import` reads: the state is made from the id alone. */
  async import(id: string): Promise<void> {
    const found = await this.handler.read({ ...this.context(), id, state: {}, inputs: {} });
    this.state = found && { ...found, initErrors: [] };
  }

  /** What `pulumi destroy` does. */
  async destroy(): Promise<void> {
    await this.delete(this.known());
    this.state = undefined;
  }

  /** Outputs that a preview promises for a new resource. */
  async plannedOutputs(program: PropertyMap): Promise<PropertyMap> {
    const inputs = await this.check(program, {});
    const planned = await this.handler.create({ ...this.context(), inputs, preview: true, timeoutSeconds: 0 });
    return planned.outputs;
  }

  /** Ctrl-C in the middle of an update. */
  interrupt(): void {
    this.cancel.abort(new Error("the update was cancelled"));
    this.cancel = new AbortController();
  }

  /** The state, which must be there. */
  known(): State {
    if (this.state) return this.state;
    throw new Error(`${this.name} is not in the state`);
  }

  private context(): ResourceContext {
    return {
      urn: `urn:pulumi:test::trial::${this.type}::${this.name}`,
      type: this.type,
      name: this.name,
      signal: this.cancel.signal,
      log: (severity, message, options) => this.log.push({ severity, message, status: options?.status ?? false }),
    };
  }

  private async check(program: PropertyMap, olds: PropertyMap): Promise<PropertyMap> {
    const randomSeed = crypto.getRandomValues(new Uint8Array(32));
    const { inputs, failures = [] } = await this.handler.check({ ...this.context(), olds, news: program, randomSeed });
    if (failures.length === 0) return inputs;
    throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
  }

  private async create(program: PropertyMap, timeoutSeconds: number): Promise<void> {
    const inputs = await this.check(program, {});
    try {
      const { id, outputs } = await this.handler.create({ ...this.context(), inputs, preview: false, timeoutSeconds });
      this.state = { id, inputs, outputs, initErrors: [] };
    } catch (error) {
      if (error instanceof InitFailed)
        this.state = { id: error.id, inputs: error.inputs, outputs: error.outputs, initErrors: error.reasons };
      throw error;
    }
  }

  private async update(program: PropertyMap): Promise<void> {
    const { id, inputs: oldInputs, outputs: state } = this.known();
    const news = await this.check(program, oldInputs);
    const request = {
      ...this.context(),
      id,
      state,
      oldInputs,
      news,
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    };
    this.state = { id, inputs: news, outputs: await this.handler.update(request), initErrors: [] };
  }

  /** Checks again without the old inputs, so that automatic names are new ones. */
  private async replace(program: PropertyMap, deleteFirst: boolean): Promise<void> {
    const old = this.known();
    if (deleteFirst) {
      await this.delete(old);
      this.state = undefined;
    }
    await this.create(program, 0);
    if (!deleteFirst) await this.delete(old);
  }

  private async delete({ id, outputs, inputs }: State): Promise<void> {
    await this.handler.delete({ ...this.context(), id, state: outputs, oldInputs: inputs, timeoutSeconds: 0 });
  }
}
