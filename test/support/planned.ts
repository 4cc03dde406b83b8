/** What a preview is about to do. */
import type { TestStack } from "./stack";

/** What knows of every service of a stack, and changes with each. */
export const IN_PLACE = ["process-limits-set", "start-page-files"];

/** Operations of a preview, by what they do: names of resources whose type ends so, sorted. */
export async function planned(stack: Pick<TestStack, "pulumi">, type = ""): Promise<Record<string, string[]>> {
  const { stdout } = await stack.pulumi("preview", "--json");
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  const plan: Record<string, string[]> = {};
  for (const { op, urn } of steps) {
    const [found = "", name = ""] = urn.split("::").slice(-2);
    if (op !== "same" && found.endsWith(type)) (plan[op] ??= []).push(name);
  }
  for (const names of Object.values(plan)) names.sort();
  return plan;
}
