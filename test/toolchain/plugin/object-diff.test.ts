import { objectDiff } from "../../../toolchain/plugin/object-diff";
import { Asset, Secret, UNKNOWN, type PropertyMap } from "../../../toolchain/plugin/properties";

const asset = (hash?: string): Asset => new Asset("asset", { path: "f", hash });

describe("objectDiff", () => {
  it.each<[string, PropertyMap, PropertyMap]>([
    ["equal values", { a: [1, { b: "c" }], n: true }, { a: [1, { b: "c" }], n: true }],
    ["another order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["null and undefined in the place of nothing", { a: null, b: {} }, { b: { c: undefined, d: null } }],
    ["secrets of the same value", { a: new Secret(["p", { b: 1 }]) }, { a: new Secret(["p", { b: 1 }]) }],
    ["assets of the same content", { a: asset("h") }, { a: new Asset("asset", { path: "other", hash: "h" }) }],
  ])("sees no change in %s", (_what, olds, news) => {
    expect(objectDiff(olds, news)).toEqual({});
  });

  it("tells additions, removals and changes apart, by path", () => {
    const olds = { ports: [{ internal: 1, ip: "a" }, { internal: 2 }], gone: "x", same: 1 };
    const news = { ports: [{ internal: 3, ip: "a" }], added: { deep: 1 }, same: 1 };
    expect(objectDiff(olds, news)).toEqual({
      "ports[0].internal": { kind: "update" },
      "ports[1]": { kind: "delete" },
      gone: { kind: "delete" },
      added: { kind: "add" },
    });
  });

  it("gives a longer list an addition for each new element", () => {
    expect(objectDiff({ a: [1] }, { a: [1, 2, 3] })).toEqual({ "a[1]": { kind: "add" }, "a[2]": { kind: "add" } });
  });

  it.each([
    ["a.b", 'labels["a.b"]'],
    ['say "x"', 'labels["say \\"x\\""]'],
    ["9", 'labels["9"]'],
    ["my-key", "labels.my-key"],
    ["", 'labels[""]'],
  ])("writes the key %j as a path", (key, path) => {
    expect(objectDiff({ labels: {} }, { labels: { [key]: 1 } })).toEqual({ [path]: { kind: "add" } });
  });

  it("brackets an unusual key at the top, too", () => {
    expect(objectDiff({}, { "a.b": 1 })).toEqual({ '["a.b"]': { kind: "add" } });
  });

  it.each<[string, PropertyMap[string], PropertyMap[string]]>([
    ["an unknown", "a", UNKNOWN],
    ["an unknown that was one before", UNKNOWN, UNKNOWN],
    ["a secret unknown", "a", new Secret(UNKNOWN)],
    ["another secret", new Secret(["a"]), new Secret(["b"])],
    ["a value that turned secret", ["p"], new Secret(["p"])],
    ["a value that turned public", new Secret("p"), "p"],
    ["another type", "1", 1],
    ["a list in the place of a map", {}, []],
    ["an asset of other content", asset("h"), asset("i")],
    ["an asset of unknown content", asset(), asset()],
    ["an archive in the place of an asset", asset("h"), new Asset("archive", { hash: "h" })],
  ])("takes %s for a change", (_what, old, now) => {
    expect(objectDiff({ value: old }, { value: now })).toEqual({ value: { kind: "update" } });
  });
});
