/** Programs that show a difference although nothing changed: exactly those of the official plugin, and at the same moments. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { Plan, ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, world } from "./world";

const w = world();

/** A container that is created and not started, which is enough for most properties. */
const idle = (more: PropertyMap): PropertyMap => w.sleeper({ start: false, mustRun: false, ...more });

const SAME = expect.objectContaining({ step: "same", changes: {} }) as Plan;
const update = (...paths: string[]): Plan => changed("update", paths);
const changed = (step: Plan["step"], paths: string[], kind = "update"): Plan =>
  expect.objectContaining({ step, changes: Object.fromEntries(paths.map((path) => [path, kind])) }) as Plan;

/** Plans of the same program after `up`, after a second `up`, and after a refresh. */
async function plansOf(container: ResourceUnderTest, program: PropertyMap): Promise<Record<string, Plan>> {
  await container.up(program);
  const first = await container.preview(program);
  await container.up(program);
  const second = await container.preview(program);
  await container.refresh();
  return { first, second, refreshed: await container.preview(program) };
}

test("memory without memorySwap: an update of memorySwap until one up, and again after a refresh", async () => {
  const removal = changed("update", ["memorySwap"], "delete");
  const plans = await plansOf(w.resource(CONTAINER), idle({ memory: 64 }));
  expect(plans).toEqual({ first: removal, second: SAME, refreshed: removal });
});

test('cpus "1": a replacement on every up', async () => {
  const replaced = changed("replace", ["cpus"], "update-replace");
  const plans = await plansOf(w.resource(CONTAINER), idle({ cpus: "1" }));
  expect(plans).toEqual({ first: replaced, second: replaced, refreshed: replaced });
});

test('cpus "0.05" is read back as "0.1": a replacement on every up', async () => {
  const container = w.resource(CONTAINER);
  await container.up(idle({ cpus: "0.05" }));
  expect(container.known().outputs.cpus).toBe("0.1");
  expect(await container.preview(idle({ cpus: "0.05" }))).toEqual(changed("replace", ["cpus"], "update-replace"));
});

test.each([
  ["interval", "60s", "1m0s"],
  ["startPeriod", "90s", "1m30s"],
  ["timeout", "1500ms", "1.5s"],
])("healthcheck %s %j is read back as %j: an update until one up, and again after a refresh", async (...row) => {
  const [name, written, readBack] = row;
  const container = w.resource(CONTAINER);
  const program = idle({ healthcheck: { tests: ["CMD", "true"], [name]: written } });
  const difference = update(`healthcheck.${name}`);
  expect(await plansOf(container, program)).toEqual({ first: difference, second: SAME, refreshed: difference });
  expect(container.known().outputs.healthcheck).toMatchObject({ [name]: readBack });
});

test.each([
  ["drops", ["NET_RAW"]],
  ["adds", ["CHOWN"]],
])("capabilities %s %j without CAP_: a replacement after a refresh", async (list, names) => {
  const { refreshed, ...before } = await plansOf(w.resource(CONTAINER), idle({ capabilities: { [list]: names } }));
  expect(before).toEqual({ first: SAME, second: SAME });
  expect(refreshed?.step).toBe("replace");
  expect(Object.keys(refreshed?.changes ?? {})).toEqual([`capabilities.${list}[0]`]);
});

test("start: false with default mustRun: an update of mustRun until one up, and again after a refresh", async () => {
  const difference = update("mustRun");
  const plans = await plansOf(w.resource(CONTAINER), w.sleeper({ start: false }));
  expect(plans).toEqual({ first: difference, second: SAME, refreshed: difference });
});

test("a container that ends, with default mustRun: after a refresh an update of mustRun, which starts it again", async () => {
  const container = w.resource(CONTAINER);
  const program = w.sleeper({ command: ["true"] });
  const startedAt = async (): Promise<string> => {
    const handle = docker.getContainer(container.known().id);
    await handle.wait();
    return (await handle.inspect()).State.StartedAt;
  };
  await container.up(program);
  const firstStart = await startedAt();
  await container.refresh();
  expect(await container.up(program)).toEqual(update("mustRun"));
  expect(await container.preview(program)).toEqual(SAME);
  expect((await startedAt()) > firstStart).toBe(true);
  await container.refresh();
  expect(await container.preview(program)).toEqual(update("mustRun"));
});

test.each([
  ["mustRun: false", { mustRun: false }],
  ["attach: true and mustRun: false", { mustRun: false, attach: true }],
])("a container that ends, with %s: no difference", async (_name, inputs) => {
  const plans = await plansOf(w.resource(CONTAINER), w.sleeper({ command: ["true"], ...inputs }));
  expect(plans).toEqual({ first: SAME, second: SAME, refreshed: SAME });
});

test("platform: a replacement after a refresh", async () => {
  const plans = await plansOf(w.resource(CONTAINER), idle({ platform: "linux/amd64" }));
  const refreshed = changed("replace", ["platform"], "update-replace");
  expect(plans).toEqual({ first: SAME, second: SAME, refreshed });
});

test("a given set stays as it is written until a refresh: securityOpts systempaths=unconfined, then a replacement", async () => {
  const { refreshed, ...before } = await plansOf(
    w.resource(CONTAINER),
    idle({ securityOpts: ["systempaths=unconfined"] }),
  );
  expect(before).toEqual({ first: SAME, second: SAME });
  expect(refreshed).toEqual(changed("replace", ["securityOpts[0]"], "add-replace"));
});

test("the default startInterval of a healthcheck is in the inputs", async () => {
  const container = w.resource(CONTAINER);
  await container.up(idle({ healthcheck: { tests: ["CMD", "true"] } }));
  expect(container.known().inputs.healthcheck).toMatchObject({ startInterval: "0s" });
});
