/** `npm run down`: removes containers and networks of a stack; data and images stay. */
import { EngineNotFound } from "../engines/locate";
import { alone } from "./alone";
import { say } from "./ask";
import { engineOf } from "./engine-of";
import { unknownLine } from "./lost-state";
import { runShown } from "./progress/run";
import { settleUnfinished, trustState } from "./unfinished";
import { openWorkspace, type Workspace } from "./workspace";

/** What the engine still has; a missing engine has nothing. */
async function leftLine(workspace: Workspace): Promise<string | undefined> {
  try {
    return await unknownLine(workspace, await engineOf(workspace.stack));
  } catch (error) {
    if (error instanceof EngineNotFound) return undefined;
    throw error;
  }
}

/** Ends with pulumi's own exit code. */
export async function down({ stack }: { readonly stack: string }): Promise<void> {
  const workspace = await openWorkspace(stack);
  await alone(workspace, () => takeDown(workspace));
}

async function takeDown(workspace: Workspace): Promise<void> {
  await settleUnfinished(workspace, () => engineOf(workspace.stack), say);
  const args = ["destroy", "--yes", "--skip-preview"];
  const { code } = await runShown({ workspace, args, services: [], output: process.stdout });
  process.exitCode = code;
  if (code !== 0) return;
  trustState(workspace);
  const left = await leftLine(workspace);
  if (left === undefined) return;
  say(`Not everything is down: ${left}`);
  process.exitCode = 1;
}
