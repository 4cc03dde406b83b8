import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { diffResponse } from "../../../toolchain/plugin/diff-response";
import type { DiffKind } from "../../../toolchain/plugin/handlers";

const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
const { Kind } = PropertyDiff;

describe("diffResponse", () => {
  it("says that nothing changed, in detail, with what stays", () => {
    expect(diffResponse({ changes: {}, stables: ["name"] }).toObject()).toMatchObject({
      changes: DIFF_NONE,
      hasdetaileddiff: true,
      diffsList: [],
      replacesList: [],
      stablesList: ["name"],
      deletebeforereplace: false,
      detaileddiffMap: [],
    });
  });

  it("names each changed top-level property once", () => {
    const update = { kind: "update" } as const;
    const changes = { "ports[0].internal": update, "ports[1]": update, '["a.b"].c': update, "labels.x": update };
    const response = diffResponse({ changes });
    expect(response.getChanges()).toBe(DIFF_SOME);
    expect(response.getDiffsList()).toEqual(["ports", "a.b", "labels"]);
    expect(response.getReplacesList()).toEqual([]);
  });

  it("replaces for the properties whose change asks for it", () => {
    const response = diffResponse({
      changes: { "env[0]": { kind: "add-replace" }, "env[1]": { kind: "update-replace" }, memory: { kind: "update" } },
      deleteBeforeReplace: true,
    });
    expect(response.getReplacesList()).toEqual(["env"]);
    expect(response.getDiffsList()).toEqual(["env", "memory"]);
    expect(response.getDeletebeforereplace()).toBe(true);
  });

  it("replaces for the given properties instead, none included", () => {
    const changes = { a: { kind: "update-replace" }, b: { kind: "update" } } as const;
    expect(diffResponse({ changes, replaces: ["b"] }).getReplacesList()).toEqual(["b"]);
    expect(diffResponse({ changes, replaces: [] }).getReplacesList()).toEqual([]);
  });

  it.each<[DiffKind, PropertyDiff.Kind]>([
    ["add", Kind.ADD],
    ["add-replace", Kind.ADD_REPLACE],
    ["delete", Kind.DELETE],
    ["delete-replace", Kind.DELETE_REPLACE],
    ["update", Kind.UPDATE],
    ["update-replace", Kind.UPDATE_REPLACE],
  ])("has the engine's kind for %s, and says what the change is a difference to", (kind, expected) => {
    const map = diffResponse({ changes: { "a.b": { kind, inputDiff: true }, c: { kind } } }).getDetaileddiffMap();
    expect(map.get("a.b")?.toObject()).toEqual({ kind: expected, inputdiff: true });
    expect(map.get("c")?.toObject()).toEqual({ kind: expected, inputdiff: false });
  });
});
