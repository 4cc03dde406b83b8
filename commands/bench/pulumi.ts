/** Pulumi in benchmarks: nothing is shown while time is taken. */
import { runPulumi, type Workspace } from "../workspace";

/** @throws Error with everything it printed, unless it ends with 0 */
export async function quietPulumi(workspace: Workspace, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runPulumi(workspace, [...args, "--non-interactive"], { output: "capture" });
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}
