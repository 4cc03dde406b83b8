/** `npm run pulumi -- ARGS`: pulumi in the environment of this checkout. */
import { openWorkspace, runPulumi } from "./workspace";

/** Value of -s or --stack among pulumi's own arguments. */
function chosenStack(args: readonly string[]): string | undefined {
  const joined = args.map((arg) => /^--stack=(.+)$/.exec(arg)?.[1]).find(Boolean);
  const at = args.findIndex((arg) => arg === "-s" || arg === "--stack");
  return joined ?? (at >= 0 ? args[at + 1] : undefined);
}

/** Ends with pulumi's own exit code. */
export async function pulumi(args: readonly string[]): Promise<void> {
  const workspace = await openWorkspace(chosenStack(args) ?? (process.env.PULUMI_STACK || "dev"));
  process.exitCode = (await runPulumi(workspace, args, { output: "show" })).code;
}
