/** What all types have in common: checks, names, differences and previews; the rest each type does with the engine. */
import type {
  CheckFailure,
  DiffKind,
  DiffResult,
  ReadRequest,
  ResourceContext,
  ResourceHandler,
} from "../plugin/handlers";
import type { Engine } from "./engine/connect";
import { autoName, isAutoNamed } from "./plan/autoname";
import { checkFields, DEFAULTS, withoutInternals } from "./plan/check";
import { diffFields } from "./plan/diff";
import { importedInputs, plannedCreate, plannedUpdate } from "./plan/planned";
import { fromPlain, toPlain } from "./plan/plain";
import { isTainted, taintDiff } from "./plan/taint";
import { isAbsent, type Fields, type Properties } from "./schema/types";

/** A resource as the engine has it. */
export interface Found {
  readonly id: string;
  readonly outputs: Properties;
}

/** One resource type: its properties, and what is done with the engine. Inputs are checked and have their defaults. */
export interface ResourceType {
  readonly fields: Fields;
  /** Whether a name left out is made up. */
  readonly autoNamed: boolean;
  /** "fixed name": the old one goes first if both would have the same name. */
  readonly oldGoesFirst: "always" | "fixed name" | "never";
  /** Faults that no single property shows. */
  readonly faults?: (inputs: Properties) => readonly CheckFailure[];
  /** The state in the order of the inputs, where order alone is no difference. */
  readonly aligned?: (state: Properties, inputs: Properties) => Properties;
  create(engine: Engine, inputs: Properties, context: ResourceContext): Promise<Found>;
  /** `state` is empty on import. Undefined: the engine does not have it. */
  read(engine: Engine, id: string, state: Properties): Promise<Found | undefined>;
  /** Gives the new outputs. */
  update?(
    engine: Engine,
    state: Properties,
    inputs: Properties,
    context: ResourceContext,
    id: string,
  ): Promise<Properties>;
  delete(engine: Engine, id: string, state: Properties): Promise<void>;
}

/**
 * The handler of a type.
 *
 * @param engine called when the engine is needed, which checks, differences and previews do not
 */
export function resourceHandler(type: ResourceType, engine: () => Engine): ResourceHandler {
  const { fields } = type;
  return {
    check(request) {
      const given = toPlain(request.news);
      const name = type.autoNamed && isAbsent(given["name"]) ? autoName(namingOf(request)) : undefined;
      const failures: CheckFailure[] = [];
      const checked = checkFields(fields, name === undefined ? given : { ...given, name }, "", failures);
      if (failures.length === 0) failures.push(...(type.faults?.(checked) ?? []));
      const defaults = checked[DEFAULTS] as readonly string[];
      const inputs = name === undefined ? checked : { ...checked, [DEFAULTS]: [...defaults, "name"] };
      return { inputs: fromPlain(inputs), failures };
    },

    diff: ({ state, news }) => diffOf(type, toPlain(state), toPlain(news)),

    async create({ inputs, preview, timeoutSeconds, ...context }) {
      const wanted = toPlain(inputs);
      if (preview) return { id: "", outputs: fromPlain(plannedCreate(fields, wanted)) };
      const { id, outputs } = await withinTime(timeoutSeconds, context, (limited) =>
        type.create(engine(), wanted, limited),
      );
      return { id, outputs: fromPlain(withoutInternals(outputs) as Properties) };
    },

    read: (request) => read(type, engine(), request),

    async update({ state, news, preview, id, timeoutSeconds, ...context }) {
      const [old, wanted] = [toPlain(state), toPlain(news)];
      if (preview || !type.update) return fromPlain(plannedUpdate(fields, old, wanted));
      const update = type.update.bind(type);
      const outputs = await withinTime(timeoutSeconds, context, (limited) =>
        update(engine(), old, wanted, limited, id),
      );
      return fromPlain(withoutInternals(outputs) as Properties);
    },

    delete: ({ id, state }) => type.delete(engine(), id, toPlain(state)),
  };
}

/** The official plugin's time for one operation. */
const OPERATION_SECONDS = 20 * 60;

/** Runs `work` with a signal that also ends when its time is over; `seconds` comes from customTimeouts, or is 0. */
async function withinTime<T>(
  seconds: number,
  context: ResourceContext,
  work: (limited: ResourceContext) => Promise<T>,
): Promise<T> {
  const limit = seconds || OPERATION_SECONDS;
  const clock = new AbortController();
  const over = new Error(`it was not done after ${limit} s; allow more by the resource option customTimeouts`);
  const timer = setTimeout(() => clock.abort(over), limit * 1000);
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, clock.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

type Naming = Parameters<typeof autoName>[0];

function namingOf(request: Parameters<ResourceHandler["check"]>[0]): Naming {
  const { name, news, olds, randomSeed, autonaming } = request;
  return { logicalName: name, given: toPlain(news), old: toPlain(olds), seed: randomSeed, autonaming };
}

function diffOf(type: ResourceType, state: Properties, wanted: Properties): DiffResult {
  if (isTainted(state)) return taintDiff();
  const { fields } = type;
  const found = diffFields(fields, type.aligned?.(state, wanted) ?? state, wanted);
  const changes = found.map(({ path, kind, replace }): [string, { kind: DiffKind }] => [
    path,
    { kind: replace ? `${kind}-replace` : kind },
  ]);
  const replaced = found.filter(({ replace }) => replace).map(({ path }) => path.split(/[.[]/, 1)[0]);
  const fixed = Object.keys(fields).filter((name) => fields[name]?.forceNew === true && !replaced.includes(name));
  return {
    changes: Object.fromEntries(changes),
    stables: fixed,
    deleteBeforeReplace: type.oldGoesFirst === "always" || (type.oldGoesFirst === "fixed name" && !isAutoNamed(wanted)),
  };
}

async function read(type: ResourceType, engine: Engine, { id, state, inputs }: ReadRequest): ReturnType<ReadHandler> {
  const isImport = Object.keys(inputs).length === 0;
  const found = await type.read(engine, id, toPlain(state));
  if (!found) return undefined;
  const outputs = withoutInternals(found.outputs) as Properties;
  return {
    id: found.id,
    outputs: fromPlain(outputs),
    inputs: isImport ? fromPlain(importedInputs(type.fields, outputs)) : inputs,
  };
}

type ReadHandler = (
  ...request: Parameters<ResourceHandler["read"]>
) => Promise<Awaited<ReturnType<ResourceHandler["read"]>>>;
