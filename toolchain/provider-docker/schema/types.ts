/**
 * A small schema language: what the official plugin's property tables say, in a form that checking and planning can walk.
 * Property names are Pulumi's. A block that occurs at most once ("MaxItems 1") is an object, as in the official SDK.
 */

/** What a property may hold, as found in inputs and in state. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [key: string]: Value };

/** Properties of a resource or of a nested block. */
export type Properties = { readonly [key: string]: Value };

/** Returns what is wrong with a value, or undefined. The text follows "NAME: ". */
export type Validator = (value: string | number) => string | undefined;

export interface Field {
  readonly type: "string" | "int" | "bool" | "list" | "set" | "map" | "object";
  /** What a list, set or map holds. */
  readonly element?: Field;
  /** Properties of an object. */
  readonly fields?: Fields;
  readonly required?: boolean;
  /** Optional and computed: left out, the engine's answer is kept and no difference is seen. */
  readonly computed?: boolean;
  /** Only ever an output. */
  readonly output?: boolean;
  readonly default?: string | number | boolean;
  /** A change needs a new resource. On a list or set of objects it speaks of the number of entries. */
  readonly forceNew?: boolean;
  /** Left empty, the old value stays without a difference (upstream's DiffSuppress). */
  readonly emptyKeepsOld?: boolean;
  readonly check?: Validator;
  /** Names of sibling properties that may not be given together with this one. */
  readonly conflicts?: readonly string[];
  /** Set where the official plugin has the property and the stand-in does not; the text says what to do. */
  readonly unsupported?: string;
}

export type Fields = Readonly<Record<string, Field>>;

type Options = Omit<Field, "type" | "element" | "fields">;

export const string = (options: Options = {}): Field => ({ type: "string", ...options });
export const int = (options: Options = {}): Field => ({ type: "int", ...options });
export const bool = (options: Options = {}): Field => ({ type: "bool", ...options });
export const map = (options: Options = {}): Field => ({ type: "map", element: string(), ...options });
export const list = (element: Field, options: Options = {}): Field => ({ type: "list", element, ...options });
export const set = (element: Field, options: Options = {}): Field => ({ type: "set", element, ...options });
export const object = (fields: Fields, options: Options = {}): Field => ({ type: "object", fields, ...options });

/** Shorthand for the three options that make up most of the tables. */
export const replaces: Options = { forceNew: true };
export const required: Options = { required: true, forceNew: true };
export const output: Options = { output: true };

/** The pairs that labels are written as. */
export const labels = (options: Options = {}): Field =>
  set(object({ label: string(required), value: string(required) }), { forceNew: true, ...options });

/** The engine's mark for "known after the update"; fixed by the plugin protocol. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True for a plain object, which is what nested blocks and maps are. */
export function isRecord(value: Value): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for null and undefined, which the protocol does not keep apart. */
export function isAbsent(value: Value): value is null | undefined {
  return value === null || value === undefined;
}
