/** The engine's form of a diff. */
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { DiffKind, DiffResult } from "./handlers";

const { Kind } = rpc.PropertyDiff;

const KINDS: Record<DiffKind, rpc.PropertyDiff.Kind> = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
};

/** The message for a diff; the lists of top-level names follow from the detailed changes. */
export function diffResponse(result: DiffResult): rpc.DiffResponse {
  const entries = Object.entries(result.changes);
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  const forced = entries.filter(([, { kind }]) => kind.endsWith("-replace")).map(([path]) => path);
  const response = new rpc.DiffResponse()
    .setChanges(entries.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setHasdetaileddiff(true)
    .setDiffsList(topLevel(entries.map(([path]) => path)))
    .setReplacesList(result.replaces ? [...result.replaces] : topLevel(forced))
    .setStablesList([...(result.stables ?? [])])
    .setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  for (const [path, { kind, inputDiff }] of entries) {
    const change = new rpc.PropertyDiff().setKind(KINDS[kind]).setInputdiff(inputDiff ?? false);
    response.getDetaileddiffMap().set(path, change);
  }
  return response;
}

/** The first segments of property paths, each once: `ports[0].internal` gives `ports`. */
function topLevel(paths: readonly string[]): string[] {
  return [
    ...new Set(paths.map((path) => /^\["((?:[^"\\]|\\.)*)"\]/.exec(path)?.[1] ?? path.split(/[.[]/, 1)[0] ?? path)),
  ];
}
