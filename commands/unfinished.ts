/**
 * What the state does not know of. An update that was killed while it made something leaves the intention in the state,
 * but not what became of it; Pulumi warns and asks for work by hand. An older state that took the place of a damaged one
 * does not even know the intentions. Here the things are looked for and removed, and the update makes them again.
 */
import type Docker from "dockerode";
import { findOfStack, inWords, removeThing, type Thing } from "../engines/of-stack";
import { isFinished, isRestored, settleRestored } from "./damaged-state";
import { PROJECT } from "./stack-config";
import { readState, writeState, type Deployment } from "./state";
import type { Workspace } from "./workspace";

/** A container or network that may exist without the state knowing it. */
export interface Unfinished {
  readonly kind: "container" | "network";
  readonly name: string;
}

const KINDS: Readonly<Record<string, Unfinished["kind"]>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
};

/** What was being made; containers first, since a network goes after them. Whatever else the program makes can be made twice. */
export const unfinishedOf = ({ pending_operations: pending = [] }: Deployment): Unfinished[] =>
  pending
    .flatMap(({ type, resource }) => {
      const [kind, name] = [KINDS[resource.type], resource.inputs?.name];
      return type === "creating" && kind !== undefined && typeof name === "string" ? [{ kind, name }] : [];
    })
    .sort((a, b) => a.kind.localeCompare(b.kind));

/** Ids of what has exactly this name; the engine's filter finds longer ones as well. */
async function named(docker: Docker, { kind, name }: Unfinished): Promise<string[]> {
  const filters = { name: [name] };
  const found =
    kind === "container"
      ? (await docker.listContainers({ all: true, filters })).filter(({ Names }) => Names.includes(`/${name}`))
      : (await docker.listNetworks({ filters })).filter(({ Name }) => Name === name);
  return found.map(({ Id }) => Id);
}

const idsOf = ({ resources = [] }: Deployment): ReadonlySet<unknown> => new Set(resources.map(({ id }) => id));

/** Removes what was begun and is not in the state; gives it in words. */
export async function removeUnfinished(docker: Docker, deployment: Deployment): Promise<string[]> {
  const known = idsOf(deployment);
  const removed: string[] = [];
  for (const thing of unfinishedOf(deployment)) {
    for (const id of (await named(docker, thing)).filter((one) => !known.has(one))) {
      await removeThing(docker, { ...thing, id });
      removed.push(inWords({ ...thing, id }));
    }
  }
  return removed;
}

/** Removes everything of a stack that is not in the state, servers of the gateway included; gives it in words. */
export async function removeUnknown(docker: Docker, stack: string, deployment: Deployment): Promise<string[]> {
  const unknown = unknownOf(await findOfStack(docker, { project: PROJECT, stack }), deployment);
  for (const thing of unknown) await removeThing(docker, thing);
  return unknown.map(inWords);
}

/** What a state does not know of. */
export function unknownOf(things: readonly Thing[], deployment: Deployment): Thing[] {
  const known = idsOf(deployment);
  return things.filter(({ id }) => !known.has(id));
}

/** Whether an older state took the place of a damaged one, which an update has to find out about. */
export const isOldState = ({ stateFile }: Workspace): boolean => stateFile !== undefined && isRestored(stateFile);

/**
 * Clears up after an update that came to no end, so that the next one starts from what is really there.
 *
 * @param engine asked only when there is something to clear up
 */
export async function settleUnfinished(
  workspace: Workspace,
  engine: () => Promise<Docker>,
  say: (line: string) => void,
): Promise<void> {
  // Nearly every run: the file tells so without half a second for asking Pulumi.
  if (!isOldState(workspace) && workspace.stateFile !== undefined && isFinished(workspace.stateFile)) return;
  const state = await readState(workspace);
  const { deployment } = state;
  const isPending = (deployment.pending_operations?.length ?? 0) > 0;
  const isOld = isOldState(workspace);
  if (!isPending && !isOld) return;
  const docker = await engine();
  const removed = [
    ...(await removeUnfinished(docker, deployment)),
    ...(isOld ? await removeUnknown(docker, workspace.stack, deployment) : []),
  ];
  if (isPending) await writeState(workspace, { ...state, deployment: { ...deployment, pending_operations: [] } });
  const what = removed.length > 0 ? `; removed what the state does not know: ${removed.join(", ")}` : "";
  say(`state: the last update was cut off in the middle${what}`);
}

/** To be called after a successful update: from now on the state knows everything. */
export function trustState({ stateFile }: Workspace): void {
  if (stateFile !== undefined) settleRestored(stateFile);
}
