/** Pulumi's state of a stack, as `pulumi stack export` gives it. Secrets in it are encrypted throughout. */
import { rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readStored } from "./damaged-state";
import { runPulumi, type Workspace } from "./workspace";

/** The parts that are looked at. */
export interface Resource {
  readonly type: string;
  readonly id?: string;
  readonly inputs?: { readonly name?: unknown; readonly networksAdvanced?: unknown };
  /** Another one took its place, and only its removal is left to do. */
  readonly delete?: boolean;
  /** Why it exists, but is not as it should be. */
  readonly initErrors?: readonly string[];
}
export interface Deployment {
  readonly resources?: readonly Resource[];
  /** What was under way when an update was killed. */
  readonly pending_operations?: readonly { readonly type: string; readonly resource: Resource }[];
}
export interface State {
  readonly deployment: Deployment;
}

/** @throws Error with what Pulumi says */
export async function readState(workspace: Workspace): Promise<State> {
  const { code, stdout, stderr } = await runPulumi(workspace, ["stack", "export"], { output: "capture" });
  if (code === 0) return JSON.parse(stdout) as State;
  throw new Error(`the state of the stack ${workspace.stack} cannot be read:\n${stderr.trimEnd()}`);
}

/** The same without asking Pulumi, where a file has it. @throws Error with what Pulumi says */
export async function quickState(workspace: Workspace): Promise<Deployment> {
  const stored = workspace.stateFile === undefined ? undefined : readStored(workspace.stateFile);
  return stored?.checkpoint === undefined ? (await readState(workspace)).deployment : (stored.checkpoint.latest ?? {});
}

/** Writes back a state that was read. @throws Error with what Pulumi says */
export async function writeState(workspace: Workspace, state: State): Promise<void> {
  const file = path.join(os.tmpdir(), `mcp-stack-state-${process.pid}.json`);
  try {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600, flag: "wx" });
    const { code, stderr } = await runPulumi(workspace, ["stack", "import", "--file", file], { output: "capture" });
    if (code !== 0)
      throw new Error(`the state of the stack ${workspace.stack} cannot be written:\n${stderr.trimEnd()}`);
  } finally {
    rmSync(file, { force: true });
  }
}
