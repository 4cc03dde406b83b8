/** What a provider implements: plain requests in, plain answers out, no gRPC. */
import type { PropertyMap } from "./properties";

/** A value or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Severity of a line in the engine's log; `debug` lines show only with `--debug`. */
export type Severity = "debug" | "info" | "warning" | "error";

/** What every call knows about the resource it is for. */
export interface ResourceContext {
  /** Empty for invokes. */
  readonly urn: string;
  /** Type token, e.g. "docker:index/volume:Volume". */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** Aborted when the engine cancels the update; long work must then end soon and fail. */
  readonly signal: AbortSignal;
  /** Sends a line to the engine's log. `status: true` shows it only in the resource's row while the update runs. */
  log(severity: Severity, message: string, options?: { readonly status?: boolean }): void;
}

export interface CheckRequest extends ResourceContext {
  /** Checked inputs of the last update; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** Bytes that are the same in preview and update; for automatic names. */
  readonly randomSeed: Uint8Array;
  /** How the stack wants automatic names, if it says so. */
  readonly autonaming?: { readonly proposedName: string; readonly mode: "propose" | "enforce" | "disable" };
}

/** A fault in the inputs; `property` is a path like `ports[0].internal`. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  /** Inputs with defaults filled in; what state keeps and later diffs compare. */
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceContext {
  readonly id: string;
  /** Outputs in state. */
  readonly state: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

/** How one property changed; the suffix says that the change needs a new resource. */
export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface DiffResult {
  /** Changes by property path. Without any, the answer is "no change". */
  readonly changes: Readonly<Record<string, { readonly kind: DiffKind; readonly inputDiff?: boolean }>>;
  /** Top-level names that force a replacement; default: those whose change has a "-replace" kind. */
  readonly replaces?: readonly string[];
  /** Top-level outputs that stay as they are. */
  readonly stables?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceContext {
  readonly inputs: PropertyMap;
  readonly preview: boolean;
  /** Zero: the provider's own default. */
  readonly timeoutSeconds: number;
}

export interface ReadRequest extends ResourceContext {
  readonly id: string;
  /** Empty on import. */
  readonly state: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends ResourceContext {
  readonly id: string;
  readonly state: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly preview: boolean;
  readonly timeoutSeconds: number;
  readonly ignoreChanges: readonly string[];
}

export interface DeleteRequest extends ResourceContext {
  readonly id: string;
  readonly state: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly timeoutSeconds: number;
}

/** One resource type. Throw {@link InitFailed} if the resource exists but is not in order, else any Error. */
export interface ResourceHandler {
  check(request: CheckRequest): Awaitable<CheckResult>;
  diff(request: DiffRequest): Awaitable<DiffResult>;
  create(request: CreateRequest): Awaitable<{ readonly id: string; readonly outputs: PropertyMap }>;
  /** `undefined`: the resource is gone. */
  read(
    request: ReadRequest,
  ): Awaitable<{ readonly id: string; readonly outputs: PropertyMap; readonly inputs: PropertyMap } | undefined>;
  update(request: UpdateRequest): Awaitable<PropertyMap>;
  delete(request: DeleteRequest): Awaitable<void>;
}

export interface InvokeRequest extends ResourceContext {
  readonly args: PropertyMap;
}

/** One function (data source). Faults in the arguments come back as `failures`. */
export type InvokeHandler = (
  request: InvokeRequest,
) => Awaitable<{ readonly outputs?: PropertyMap; readonly failures?: readonly CheckFailure[] }>;

/**
 * The resource was made (or changed) but is not in order: state keeps it with `outputs`, and the next update tries
 * again. `reasons` are shown to the user.
 */
export class InitFailed extends Error {
  constructor(
    readonly id: string,
    readonly outputs: PropertyMap,
    readonly inputs: PropertyMap,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
    this.name = "InitFailed";
  }
}
