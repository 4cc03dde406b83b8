/**
 * `npm run recover`: for a stack whose state is lost or cannot be used. What the engine has of it is found by labels and
 * removed, the state begins anew, and `up` makes everything again. Data and secrets are files below dataDir: they stay.
 */
import type Docker from "dockerode";
import { findOfStack, inWords, removeThing, type Thing } from "../engines/of-stack";
import { alone } from "./alone";
import { say } from "./ask";
import { consentBy, requireConsent, type Consent } from "./consent";
import { setAside, settleRestored } from "./damaged-state";
import { engineOf } from "./engine-of";
import { OtherPassphrase, upCommand } from "./no-stack";
import { settleLocks } from "./other-locks";
import { forgetPassphrase } from "./salt";
import { PROJECT } from "./stack-config";
import { readState, writeState, type State } from "./state";
import { unknownOf } from "./unfinished";
import { ensureStack, openWorkspace, type Workspace } from "./workspace";

export interface RecoverOptions {
  readonly stack: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What there is of a stack in engine and state. */
export interface Found {
  readonly things: readonly Thing[];
  /** Undefined: Pulumi cannot read it. */
  readonly state: State | undefined;
}

/** What is said before the question; undefined: there is nothing to recover. */
export function summary(stack: string, { things, state }: Found): string | undefined {
  const resources = state?.deployment.resources?.length ?? 0;
  if (things.length === 0 && state !== undefined && resources === 0) return undefined;
  const unknown = unknownOf(things, state?.deployment ?? {}).filter(({ isServer }) => !isServer);
  const isWhole = state !== undefined && unknown.length === 0;
  const why = state === undefined ? "cannot be read" : `has ${resources} resources`;
  return [
    `The state of the stack ${stack} ${why}, and does not know ${unknown.length} of ${things.length} things in the engine:`,
    ...things.map((thing) => `  ${inWords(thing)}${unknown.includes(thing) ? "" : " (known)"}`),
    ...(isWhole ? ["It knows all of them: npm run up or npm run down would do, without this."] : []),
    "These are removed, and the state begins anew. Data and secrets below dataDir stay.",
  ].join("\n");
}

/** The workspace; where the passphrase is lost with the state, the stack gets another one. */
async function openAnyway(stack: string, consent: Consent): Promise<Workspace> {
  try {
    return await openWorkspace(stack);
  } catch (error) {
    if (!(error instanceof OtherPassphrase)) throw error;
    await forgetPassphrase(stack, consent, say);
    return openWorkspace(stack);
  }
}

/** Pulumi's own words say why, when it cannot be read. */
async function tryState(workspace: Workspace): Promise<State | undefined> {
  try {
    return await readState(workspace);
  } catch (error) {
    if (workspace.stateFile === undefined) throw error;
    say((error as Error).message);
    return undefined;
  }
}

async function beginAnew(workspace: Workspace): Promise<string | undefined> {
  const { stateFile } = workspace;
  if (stateFile === undefined) {
    const state = await readState(workspace);
    await writeState(workspace, {
      ...state,
      deployment: { ...state.deployment, resources: [], pending_operations: [] },
    });
    return undefined;
  }
  const aside = setAside(stateFile);
  await ensureStack(workspace);
  settleRestored(stateFile);
  return aside;
}

async function removeAll(docker: Docker, things: readonly Thing[]): Promise<void> {
  for (const thing of things) {
    await removeThing(docker, thing);
    say(`${inWords(thing)}: removed`);
  }
}

/** Ends with 1, and nothing changed, without consent. */
export async function recover({ stack, yes = false, json = false }: RecoverOptions): Promise<void> {
  const consent = consentBy(yes);
  const workspace = await openAnyway(stack, consent);
  await alone(workspace, () => recoverAlone(workspace, consent, json));
}

async function recoverAlone(workspace: Workspace, consent: Consent, json: boolean): Promise<void> {
  const { stack } = workspace;
  await settleLocks(workspace, consent, say);
  const docker = await engineOf(stack);
  const found = { things: await findOfStack(docker, { project: PROJECT, stack }), state: await tryState(workspace) };
  const text = summary(stack, found);
  let aside: string | undefined;
  if (text === undefined) say(`nothing to recover: neither engine nor state has anything of the stack ${stack}`);
  else {
    say(text);
    await requireConsent(consent, "Go on?", "npm run recover -- --yes");
    await removeAll(docker, found.things);
    aside = await beginAnew(workspace);
    if (aside !== undefined) say(`state: kept as ${aside}; nothing reads it any more`);
    say(`\n${stack} can be made again: ${upCommand(stack)}`);
  }
  const removed = found.things.map(({ kind, name }) => ({ kind, name }));
  if (json) process.stdout.write(`${JSON.stringify({ stack, removed, stateKeptAs: aside ?? null }, null, 2)}\n`);
}
