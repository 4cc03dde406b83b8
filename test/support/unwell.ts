/** How services are now, which engines before 25 say only after a whole interval of their health check. */
import type { TestStack } from "./stack";

interface Status {
  readonly services: readonly { readonly service: string; readonly health: string }[];
}

/** "NAME HEALTH" of each service that `npm run mcp-status` does not call healthy. */
export async function unwell(stack: Pick<TestStack, "run">): Promise<string[]> {
  const { stdout } = await stack.run("mcp-status", "--json");
  const { services } = JSON.parse(stdout) as Status;
  return services.filter(({ health }) => health !== "healthy").map(({ service, health }) => `${service} ${health}`);
}
