import * as sdk from "@pulumi/pulumi/runtime/rpc";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import {
  Asset,
  containsSecret,
  containsUnknown,
  decode,
  encode,
  isMap,
  reveal,
  Secret,
  secret,
  UNKNOWN,
  type PropertyMap,
} from "../../../toolchain/plugin/properties";

/** A special value in the SDK's own form. */
const special = (signature: string, body: Record<string, JavaScriptValue>): JavaScriptValue => ({
  [sdk.specialSigKey]: signature,
  ...body,
});
const received = (value: JavaScriptValue): PropertyMap[string] => decode(Struct.fromJavaScript({ value })).value;
const sent = (value: PropertyMap[string]): unknown => encode({ value }).toJavaScript();

const PLAIN = { text: "a", none: null, yes: true, number: 1.5, list: [1, ["x"], {}], map: { "a.b": { c: "" } } };

describe("decode", () => {
  it("reads plain values as they are", () => {
    expect(decode(Struct.fromJavaScript(PLAIN))).toEqual(PLAIN);
  });

  it("reads an absent map as empty", () => {
    expect(decode(undefined)).toEqual({});
  });

  it("reads a secret anywhere", () => {
    const hidden = special(sdk.specialSecretSig, { value: ["p"] });
    expect(received([{ deep: hidden }])).toEqual([{ deep: new Secret(["p"]) }]);
  });

  it("reads a secret inside a secret as one", () => {
    const inner = special(sdk.specialSecretSig, { value: "p" });
    expect(received(special(sdk.specialSecretSig, { value: inner }))).toEqual(new Secret("p"));
  });

  it("reads a secret of nothing", () => {
    expect(received(special(sdk.specialSecretSig, {}))).toEqual(new Secret(null));
  });

  it.each([
    sdk.unknownValue,
    // The engine's other unknowns, one per expected type: bool, number, array, asset, archive, object.
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ])("reads the unknown %s", (text) => {
    expect(received(text)).toBe(UNKNOWN);
  });

  it.each<[string, Record<string, JavaScriptValue>, PropertyMap[string]]>([
    ["known", { value: "a", dependencies: ["urn:pulumi:a"] }, "a"],
    ["of null", { value: null }, null],
    ["unknown", {}, UNKNOWN],
    ["secret", { value: "a", secret: true }, new Secret("a")],
    ["secret and unknown", { secret: true }, new Secret(UNKNOWN)],
    ["of a secret", { value: special(sdk.specialSecretSig, { value: "a" }), secret: true }, new Secret("a")],
  ])("reads an output that is %s", (_what, body, expected) => {
    expect(received(special(sdk.specialOutputValueSig, body))).toEqual(expected);
  });

  it("reads assets and archives, nested ones too", () => {
    const asset = special(sdk.specialAssetSig, { text: "a", hash: "h" });
    const expected = new Asset("archive", { assets: { "a.txt": new Asset("asset", { text: "a", hash: "h" }) } });
    expect(received(special(sdk.specialArchiveSig, { assets: { "a.txt": asset } }))).toEqual(expected);
  });
});

describe("encode", () => {
  it.each<[string, PropertyMap[string], JavaScriptValue]>([
    ["a secret", new Secret({ a: 1 }), special(sdk.specialSecretSig, { value: { a: 1 } })],
    ["an unknown", [UNKNOWN], [sdk.unknownValue]],
    ["an asset", new Asset("asset", { path: "f" }), special(sdk.specialAssetSig, { path: "f" })],
    ["an archive", new Asset("archive", { assets: {} }), special(sdk.specialArchiveSig, { assets: {} })],
  ])("writes %s in the SDK's form", (_what, value, expected) => {
    expect(sent(value)).toEqual({ value: expected });
  });

  it("leaves out what is undefined, at every depth", () => {
    expect(sent({ a: undefined, b: [{ c: undefined, d: null }] })).toEqual({ value: { b: [{ d: null }] } });
  });

  it("returns a resource reference as it came", () => {
    const reference = special(sdk.specialResourceSig, { urn: "urn:pulumi:a", id: "1" });
    expect(sent(received(reference))).toEqual({ value: reference });
  });

  it("is understood by the SDK", () => {
    const properties = { list: [new Secret("p"), 1], gone: undefined };
    expect(sdk.deserializeProperties(encode(properties))).toEqual({
      list: { [sdk.specialSigKey]: sdk.specialSecretSig, value: ["p", 1] },
    });
  });

  it("and decode lose nothing", () => {
    const properties = { ...PLAIN, hidden: new Secret([UNKNOWN]), file: new Asset("asset", { hash: "h" }) };
    expect(decode(encode(properties))).toEqual(properties);
  });
});

describe("questions about values", () => {
  const nested = (value: PropertyMap[string]): PropertyMap[string] =>
    new Secret([{ file: new Asset("archive", { assets: { value } }) }]);

  it("finds an unknown inside secrets, lists, maps and archives", () => {
    expect([containsUnknown(nested(UNKNOWN)), containsUnknown(nested("known")), containsUnknown(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("finds a secret inside lists, maps and archives", () => {
    expect([containsSecret([{ a: new Secret(1) }]), containsSecret([{ a: 1 }]), containsSecret(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(containsSecret(new Asset("asset", { text: new Secret("a") }))).toBe(true);
  });

  it("reveals secrets at every depth and leaves the rest", () => {
    const file = new Asset("asset", { path: "f" });
    const value = new Secret([new Secret("p"), { a: new Secret(1), b: UNKNOWN, file }]);
    expect(reveal<PropertyMap[string]>(value)).toEqual(["p", { a: 1, b: UNKNOWN, file }]);
  });

  it("never wraps a secret twice", () => {
    const once = secret("p");
    expect(secret(once)).toBe(once);
  });

  it("tells maps from everything else", () => {
    const others = [null, undefined, [], "a", UNKNOWN, new Secret({}), new Asset("asset", {})];
    expect([isMap({}), ...others.map(isMap)]).toEqual([true, ...others.map(() => false)]);
  });
});
