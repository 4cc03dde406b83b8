/**
 * What an update left behind that was killed while it made something: the state names the intention, but not what became
 * of it. Pulumi warns and asks for work by hand; here the thing is looked for and removed, and the update makes it again.
 */
import type Docker from "dockerode";
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

/** Removes what was begun and is not in the state; gives it in words. */
export async function removeUnfinished(docker: Docker, deployment: Deployment): Promise<string[]> {
  const known = new Set(deployment.resources?.map(({ id }) => id));
  const removed: string[] = [];
  for (const thing of unfinishedOf(deployment)) {
    for (const id of (await named(docker, thing)).filter((one) => !known.has(one))) {
      if (thing.kind === "container") await docker.getContainer(id).remove({ force: true, v: true });
      else await docker.getNetwork(id).remove();
      removed.push(`${thing.kind} ${thing.name}`);
    }
  }
  return removed;
}

/**
 * Clears up after a killed update, so that the next one starts from what is really there.
 *
 * @param engine asked only when there is something to clear up
 */
export async function settleUnfinished(
  workspace: Workspace,
  engine: () => Promise<Docker>,
  say: (line: string) => void,
): Promise<void> {
  const state = await readState(workspace);
  if (!state.deployment.pending_operations?.length) return;
  const removed = await removeUnfinished(await engine(), state.deployment);
  await writeState(workspace, { ...state, deployment: { ...state.deployment, pending_operations: [] } });
  const what = removed.length > 0 ? `; removed what it had begun: ${removed.join(", ")}` : "";
  say(`state: the last update was killed in the middle${what}`);
}
