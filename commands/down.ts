/** `npm run down`: removes containers and networks of a stack; data and images stay. */
import { openWorkspace, runPulumi } from "./workspace";

/** Ends with pulumi's own exit code. */
export async function down({ stack }: { readonly stack: string }): Promise<void> {
  const workspace = await openWorkspace(stack);
  process.exitCode = (await runPulumi(workspace, ["destroy", "--yes", "--skip-preview"], { output: "show" })).code;
}
