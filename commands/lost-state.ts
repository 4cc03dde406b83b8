/** A state that knows less than the engine has: it was lost, or is another one. Pulumi would fail at the first name that is taken. */
import type Docker from "dockerode";
import { findOfStack, inWords, removeThing, type Thing } from "../engines/of-stack";
import { requireConsent, type Consent } from "./consent";
import { isEmpty } from "./damaged-state";
import { recoverCommand, upCommand } from "./no-stack";
import { PROJECT } from "./stack-config";
import { quickState, readState } from "./state";
import { unknownOf } from "./unfinished";
import type { PulumiResult, Workspace } from "./workspace";

const find = (docker: Docker, stack: string): Promise<Thing[]> => findOfStack(docker, { project: PROJECT, stack });

/** The file tells it without half a second for asking Pulumi. */
async function hasNothing(workspace: Workspace): Promise<boolean> {
  if (workspace.stateFile !== undefined) return isEmpty(workspace.stateFile);
  return ((await readState(workspace)).deployment.resources ?? []).length === 0;
}

/**
 * Where the state has nothing and the engine something of the stack, removes that, with consent: another state, of another
 * user or backend, may be the one that it belongs to.
 *
 * @throws Error without consent
 */
export async function settleLost(
  workspace: Workspace,
  docker: Docker,
  consent: Consent,
  say: (line: string) => void,
): Promise<void> {
  if (!(await hasNothing(workspace))) return;
  const { stack } = workspace;
  const things = await find(docker, stack);
  if (things.length === 0) return;
  say(`The state of the stack ${stack} is empty, but the engine has of it: ${things.map(inWords).join(", ")}`);
  say("If the state was lost: these can be made again, and data and secrets stay.");
  say("If it is in another backend: use that one (pulumi login, PULUMI_BACKEND_URL).");
  const instead = `${recoverCommand(stack)}, then ${upCommand(stack)}; or at once: npm run up -- --stack ${stack} --yes`;
  await requireConsent(consent, "Remove them, and make them again?", instead);
  for (const thing of things) await removeThing(docker, thing);
  say(`state: it was lost; removed what it does not know: ${things.map(inWords).join(", ")}`);
}

/** Whether Pulumi says that a state does not hold together (pkg/resource/deploy/snapshot.go, VerifyIntegrity). */
export const isRefused = ({ stdout, stderr }: Pick<PulumiResult, "stdout" | "stderr">): boolean =>
  /snapshot integrity (failure|error)/.test(`${stdout}${stderr}`);

/** What a state should know of a stack and does not, in one sentence; undefined: nothing, or `up` settles it. */
export async function unknownLine(workspace: Workspace, docker: Docker): Promise<string | undefined> {
  const { stack } = workspace;
  const deployment = await quickState(workspace);
  if (deployment.pending_operations?.length) return undefined;
  const unknown = unknownOf(await find(docker, stack), deployment).filter(({ isServer }) => !isServer);
  if (unknown.length === 0) return undefined;
  return `the state of ${stack} does not know ${unknown.map(inWords).join(", ")}: ${recoverCommand(stack)} removes it, and data stays`;
}
