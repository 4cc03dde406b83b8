/** Interrupted updates: nothing that they leave behind blocks the next one. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { dockerPlugin } from "../../../toolchain/provider-docker/plugin";
import { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, NETWORK, uniqueImage, uniqueName, world } from "./world";

const w = world();

const labels = [
  { label: "trial.stack", value: "test" },
  { label: "trial.spec", value: "1" },
];

/** The same resource in the process of a later update, which knows nothing of the first. */
async function later(type: string): Promise<ResourceUnderTest> {
  const plugin = dockerPlugin();
  await plugin.configure?.({});
  return new ResourceUnderTest(plugin, type, uniqueName());
}

describe("Ctrl-C while a container is waited for", () => {
  test("removes it, and nothing is in the state", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    const healthcheck = { tests: ["CMD", "false"], interval: "200ms" };
    const update = container.up(w.sleeper({ name, healthcheck, wait: true, waitTimeout: 60 }));
    await untilRunning(name);
    container.interrupt();
    await expect(update).rejects.toThrow(
      `container "${name}" was not finished: the update was cancelled. It was removed.`,
    );
    expect(container.state).toBeUndefined();
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("ends attach as well", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    const update = container.up(w.sleeper({ name, attach: true, logs: true }));
    await untilRunning(name);
    container.interrupt();
    await expect(update).rejects.toThrow(/the update was cancelled\. It was removed\.$/);
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  async function untilRunning(name: string): Promise<void> {
    for (;;) {
      const found = await docker
        .getContainer(name)
        .inspect()
        .catch(() => undefined);
      if (found?.State.Running) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});

describe("a process that was killed between create and the answer", () => {
  test("left a container with exactly the wanted labels: it is made anew", async () => {
    const name = uniqueName();
    const program = w.sleeper({ name, labels });
    await w.resource(CONTAINER).up(program);
    const { Id: leftover } = await docker.getContainer(name).inspect();
    const next = await later(CONTAINER);
    await next.up(program);
    expect(next.known().id).not.toBe(leftover);
    await expect(docker.getContainer(leftover).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("left a container of an image that has labels of its own: it is made anew", async () => {
    const [name, image] = [uniqueName(), uniqueImage()];
    const [repo, tag] = image.split(":");
    await docker
      .getContainer((await docker.createContainer({ name: uniqueName(), Image: w.image, Cmd: ["true"] })).id)
      .commit({
        repo,
        tag,
        changes: "LABEL of.the=image",
      });
    const program = w.sleeper({ name, image, labels, start: false });
    await w.resource(CONTAINER).up(program);
    const next = await later(CONTAINER);
    await next.up(program);
    expect(next.known().inputs.name).toBe(name);
  });

  test("left a network with exactly the wanted labels: it is made anew", async () => {
    const name = uniqueName();
    await w.resource(NETWORK).up({ name, labels });
    const { Id: leftover } = (await docker.getNetwork(name).inspect()) as { Id: string };
    const next = await later(NETWORK);
    await next.up({ name, labels, internal: true });
    expect(next.known().id).not.toBe(leftover);
    await expect(docker.getNetwork(leftover).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("what is not taken for a leftover", () => {
  const refused = async (type: string, first: PropertyMap, second: PropertyMap, text: RegExp): Promise<void> => {
    await w.resource(type).up(first);
    await expect((await later(type)).up(second)).rejects.toThrow(text);
    const handle = type === NETWORK ? docker.getNetwork(String(first.name)) : docker.getContainer(String(first.name));
    await expect(handle.inspect()).resolves.toBeDefined();
  };
  const taken = /It is not of this stack: remove it \(docker .*rm .*\) or choose another name\.$/;

  test.each<[string, PropertyMap[], PropertyMap[]]>([
    ["a value differs", labels, [labels[0]!, { label: "trial.spec", value: "2" }]],
    ["it has more labels", labels, labels.slice(0, 1)],
    ["it has fewer labels", labels.slice(0, 1), labels],
    ["there are none", [], []],
  ])("a container or network if %s", async (_name, first, second) => {
    const name = uniqueName();
    await refused(CONTAINER, w.sleeper({ name, labels: first }), w.sleeper({ name, labels: second }), taken);
    await refused(NETWORK, { name, labels: first }, { name, labels: second }, taken);
  });

  test.each([CONTAINER, NETWORK])("a second resource of the same name in one update: %s", async (type) => {
    const program = type === CONTAINER ? w.sleeper({ name: uniqueName(), labels }) : { name: uniqueName(), labels };
    const first = w.resource(type);
    await first.up(program);
    await expect(w.resource(type).up(program)).rejects.toThrow(taken);
    await first.refresh();
    expect(first.state).toBeDefined();
  });
});
