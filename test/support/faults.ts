/** What tests of faults share: how much is run, and whether a stack is whole again afterwards. */
import { setTimeout as sleep } from "node:timers/promises";
import { withSession } from "./mcp-client";
import { everythingOf } from "./untouched";
import type { TestStack } from "./stack";

/** Whether `npm run faults` asked for everything; `npm test` runs the quick part. */
export const FULL = process.env.FAULTS === "full";

/** Start of random numbers: `FAULTS_SEED` repeats a run, else the quick part is always the same and the full one is not. */
export const SEED = Number(process.env.FAULTS_SEED || (FULL ? Date.now() % 1_000_000 : 1));

interface Resource {
  readonly type: string;
  readonly id?: string;
}

const idsOf = (resources: readonly unknown[], type: string): string[] =>
  (resources as Resource[]).flatMap((one) => (one.type === type ? (one.id ?? []) : [])).sort();

/** The engine has what the state has, and nothing else. Only for stacks whose gateway starts no containers. */
export async function expectNoOrphan(stack: TestStack): Promise<void> {
  const { containers, networks, resources } = await everythingOf(stack);
  expect(containers).toEqual(idsOf(resources, "docker:index/container:Container"));
  expect(networks).toEqual(idsOf(resources, "docker:index/network:Network"));
}

/** A limit of processes is set after a container was made: an update that was cut off must not leave one without. */
async function expectLimited(stack: TestStack): Promise<void> {
  const all = await Promise.all((await stack.containers()).map(({ Id }) => stack.docker.getContainer(Id).inspect()));
  expect(all.filter(({ HostConfig }) => !((HostConfig.PidsLimit ?? 0) > 0)).map(({ Name }) => Name)).toEqual([]);
}

/** Keeps something in the memory server, for `expectWhole` to find. */
export const remember = (stack: TestStack, name = "kept"): Promise<unknown> =>
  withSession(stack.url("/mcp"), ({ call }) =>
    call("create_entities", { entities: [{ name, entityType: "test", observations: ["before"] }] }),
  );

/** Data is as before, clients are served, limits hold, and Pulumi finds nothing to do. */
export async function expectWhole(stack: TestStack, name = "kept"): Promise<void> {
  expect(await withSession(stack.url("/mcp"), ({ call }) => call("read_graph"))).toContain(name);
  await expectNoOrphan(stack);
  await expectLimited(stack);
  const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
  if (code !== 0) throw new Error(output);
}

export { sleep };
