/**
 * Property values as a provider sees them, and their form on the wire.
 *
 * The engine sends every property map as a protobuf Struct in which secrets, unknowns, assets and references are
 * ordinary values with a magic signature. Signatures: @pulumi/pulumi 3.238.0, runtime/rpc.js; unknowns: Pulumi's Go
 * SDK 3.259.0, resource/plugin/rpc.go.
 */
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The engine may choose another unknown by the type it expects; they all mean the same. */
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that must not be shown. It never wraps another Secret. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** The type of {@link UNKNOWN}. */
export class Unknown {
  /** Makes the class differ from an empty object, for the type checker. */
  readonly unknown = true;
}

/** A value that is not known before another resource exists. Compare with `===`. */
export const UNKNOWN = new Unknown();

/** A file, text or URL, or a collection of them; `body` is the wire form without its signature. */
export class Asset {
  constructor(
    readonly kind: "asset" | "archive",
    readonly body: PropertyMap,
  ) {}
}

/** Any value of a property. Resource references stay plain maps with their signature, and so survive a round trip. */
export type PropertyValue =
  null | boolean | number | string | readonly PropertyValue[] | PropertyMap | Secret | Unknown | Asset;

/** Properties by name. `undefined` counts as absent and is not sent. */
export interface PropertyMap {
  readonly [key: string]: PropertyValue | undefined;
}

/** Whether a value is a plain map (none of the special values, no array, not null). */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Asset)
  );
}

/** Reads a property map from the wire; an absent one is empty. */
export function decode(struct: Struct | undefined): PropertyMap {
  return struct ? mapValues(struct.toJavaScript(), decodeValue) : {};
}

/** Writes a property map for the wire; `undefined` entries are left out. */
export function encode(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(encodeMap(properties));
}

/** Whether the value is, or holds somewhere inside, an unknown. */
export function containsUnknown(value: PropertyValue | undefined): boolean {
  return some(value, (inner) => inner instanceof Unknown);
}

/** Whether the value is, or holds somewhere inside, a secret. */
export function containsSecret(value: PropertyValue | undefined): boolean {
  return some(value, (inner) => inner instanceof Secret);
}

/** The same value without any Secret around or inside it; for use, never for sending back. */
export function reveal<T extends PropertyValue | undefined>(value: T): T {
  return revealValue(value) as T;
}

/** Wraps a value as secret, once. */
export function secret(value: PropertyValue): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

function revealValue(value: PropertyValue | undefined): PropertyValue | undefined {
  if (value instanceof Secret) return revealValue(value.value);
  if (Array.isArray(value)) return value.map((item) => revealValue(item) as PropertyValue);
  return isMap(value) ? mapValues(value, revealValue) : value;
}

function some(value: PropertyValue | undefined, test: (value: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (value instanceof Asset) return some(value.body, test);
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isMap(value) && Object.values(value).some((item) => some(item, test));
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function decodeValue(value: JavaScriptValue): PropertyValue {
  if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(decodeValue);
  return typeof value === "object" && value !== null
    ? decodeObject(value as Record<string, JavaScriptValue>)
    : (value as PropertyValue);
}

function decodeObject(object: Record<string, JavaScriptValue>): PropertyValue {
  const { [SIGNATURE_KEY]: signature, ...body } = object;
  switch (signature) {
    case SECRET:
      return secret(decodeValue(body.value ?? null));
    case OUTPUT: {
      const value = "value" in body ? decodeValue(body.value ?? null) : UNKNOWN;
      return body.secret === true ? secret(value) : value;
    }
    case ASSET:
    case ARCHIVE:
      return new Asset(signature === ASSET ? "asset" : "archive", mapValues(body, decodeValue));
    default:
      return mapValues(object, decodeValue);
  }
}

function encodeMap(map: PropertyMap): Record<string, JavaScriptValue> {
  const present = Object.entries(map).filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, encodeValue(value)]));
}

function encodeValue(value: PropertyValue): JavaScriptValue {
  if (value instanceof Unknown) return UNKNOWN_STRING;
  if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET, value: encodeValue(value.value) };
  if (value instanceof Asset) {
    return { [SIGNATURE_KEY]: value.kind === "asset" ? ASSET : ARCHIVE, ...encodeMap(value.body) };
  }
  if (Array.isArray(value)) return value.map(encodeValue);
  return isMap(value) ? encodeMap(value) : (value as JavaScriptValue);
}
