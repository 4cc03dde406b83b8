/** `npm run down`: removes containers and networks of a stack; data and images stay. */
import type Docker from "dockerode";
import { parse } from "../config";
import { connect } from "../engines/images/engine";
import { findEngine } from "../prepare";
import { say } from "./ask";
import { runShown } from "./progress/run";
import { stackSource } from "./stack-config";
import { settleUnfinished, trustState } from "./unfinished";
import { openWorkspace } from "./workspace";

/** Faults elsewhere in the config are no reason to keep the stack. */
const engineOf = async (stack: string): Promise<Docker> =>
  connect((await findEngine(parse(stackSource(stack)).config)).host);

/** Ends with pulumi's own exit code. */
export async function down({ stack }: { readonly stack: string }): Promise<void> {
  const workspace = await openWorkspace(stack);
  await settleUnfinished(workspace, () => engineOf(stack), say);
  const args = ["destroy", "--yes", "--skip-preview"];
  const { code } = await runShown({ workspace, args, services: [], output: process.stdout });
  if (code === 0) trustState(workspace);
  process.exitCode = code;
}
