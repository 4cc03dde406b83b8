/** A container's life: start, failures, stop by others. */
import { once } from "node:events";
import net from "node:net";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { freePort } from "../../support/free-port";
import { CONTAINER, docker, NETWORK, uniqueName, world } from "./world";

const w = world();

const inspected = (container: ResourceUnderTest) => docker.getContainer(container.known().id).inspect();

describe("a container that was killed", () => {
  async function killed(program: PropertyMap): Promise<ResourceUnderTest> {
    const container = w.resource(CONTAINER);
    await container.up(program);
    await docker.getContainer(container.known().id).kill();
    return container;
  }

  test("is unchanged for a plain preview", async () => {
    const container = await killed(w.sleeper());
    expect(await container.preview(w.sleeper())).toMatchObject({ step: "same" });
  });

  test("with published ports: a refresh empties them, and the next up replaces it", async () => {
    const program = w.sleeper({ ports: [{ internal: 80, external: await freePort(), ip: "127.0.0.1" }] });
    const container = await killed(program);
    await container.refresh();
    const { outputs } = container.known();
    expect(outputs).toMatchObject({ mustRun: false, exitCode: 137, ports: [] });
    expect(outputs.networkDatas).toMatchObject([{ networkName: "bridge", ipAddress: "", gateway: "", macAddress: "" }]);
    expect(await container.up(program)).toMatchObject({ step: "replace" });
    expect((await inspected(container)).State.Running).toBe(true);
  });

  test("without ports: after a refresh the next up starts the same one again", async () => {
    const container = await killed(w.sleeper());
    const { id } = container.known();
    await container.refresh();
    expect(await container.up(w.sleeper())).toMatchObject({ step: "update", changes: { mustRun: "update" } });
    expect(container.known().id).toBe(id);
    expect((await inspected(container)).State.Running).toBe(true);
  });

  test("with mustRun: false: its ports are left alone and there is no difference", async () => {
    const ports = [{ internal: 80, external: await freePort(), ip: "127.0.0.1" }];
    const program = w.sleeper({ mustRun: false, ports });
    const container = await killed(program);
    await container.refresh();
    expect(container.known().outputs).toMatchObject({ ports, exitCode: 137 });
    expect(await container.preview(program)).toMatchObject({ step: "same" });
  });

  test("is not brought back by restart: unless-stopped", async () => {
    const container = await killed(w.sleeper({ restart: "unless-stopped" }));
    await docker.getContainer(container.known().id).wait();
    expect((await inspected(container)).State.Status).toBe("exited");
  });
});

test("a taken port: the container is left created and in the state; once it is free the next up recovers", async () => {
  const server = net.createServer().listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const container = w.resource(CONTAINER);
  const program = w.sleeper({ ports: [{ internal: 80, external: port, ip: "127.0.0.1" }] });
  const failure = new RegExp(
    `^Unable to start container: Error response from daemon: driver failed programming external connectivity on endpoint .*127\\.0\\.0\\.1:${port}: bind: address already in use$`,
  );
  await expect(container.up(program)).rejects.toThrow(failure);
  expect((await inspected(container)).State.Status).toBe("created");
  const { id } = container.known();
  await expect(container.up(program)).rejects.toThrow(failure);
  expect(container.known().id).not.toBe(id);
  await new Promise((resolve) => server.close(resolve));
  expect(await container.up(program)).toMatchObject({ step: "replace" });
  expect(await container.preview(program)).toMatchObject({ step: "same" });
});

describe("a failure before there is a container leaves nothing in the state", () => {
  test.each<[string, PropertyMap, string]>([
    [
      "no command",
      { command: undefined },
      "Unable to create container: Error response from daemon: No command specified",
    ],
    ["an empty command", { command: [""] }, "values for command may not be empty"],
    ["cpus that are no number", { cpus: "two" }, 'Error setting cpus: "two" is no decimal number'],
    [
      "a volume without path",
      { volumes: [{ volumeName: "one" }] },
      "Unable to parse volumes: volume entry without container path or source container",
    ],
  ])("%s", async (_name, inputs, failure) => {
    const container = w.resource(CONTAINER);
    await expect(container.up(w.sleeper(inputs))).rejects.toThrow(failure);
    expect(container.state).toBeUndefined();
  });

  test("the name of somebody else's container, which stays", async () => {
    const [name, container] = [uniqueName(), w.resource(CONTAINER)];
    const { id } = await docker.createContainer({ name, Image: w.image, Cmd: ["true"] });
    await expect(container.up(w.sleeper({ name }))).rejects.toThrow(
      `Unable to create container: Error response from daemon: Conflict. The container name "/${name}" is already in use by container "${id}". ` +
        `You have to remove (or rename) that container to be able to reuse that name. It is not of this stack: remove it (docker rm -f ${name}) or choose another name.`,
    );
    expect(container.state).toBeUndefined();
    await expect(docker.getContainer(id).inspect()).resolves.toMatchObject({ Id: id });
  });
});

describe("start, rm, attach and logs", () => {
  test("start: false only creates", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper({ start: false }));
    expect((await inspected(container)).State.Status).toBe("created");
  });

  test("rm lets the engine remove it when it ends", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper({ rm: true }));
    expect((await inspected(container)).HostConfig.AutoRemove).toBe(true);
  });

  test("attach waits for the end and does not judge its exit code", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper({ command: ["sh", "-c", "sleep 0.3; exit 3"], attach: true, mustRun: false }));
    expect(container.known().outputs).toMatchObject({ exitCode: 3 });
    expect(container.known().outputs).not.toHaveProperty("containerLogs");
  });

  test.each([
    ["both streams", {}, "hello\noops\n"],
    ["a terminal", { tty: true }, "hello\r\noops\r\n"],
    ["a container that removes itself", { rm: true }, "hello\noops\n"],
  ])("attach with logs gives what it printed, by %s", async (_name, more, printed) => {
    const container = w.resource(CONTAINER);
    const command = ["sh", "-c", "sleep 0.3; echo hello; sleep 0.3; echo oops >&2"];
    await container.up(w.sleeper({ command, attach: true, logs: true, mustRun: false, ...more }));
    expect(container.known().outputs.containerLogs).toBe(printed);
  });

  test("customTimeouts end it, and nothing is left", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    await expect(container.up(w.sleeper({ name, attach: true }), 1)).rejects.toThrow(
      `container "${name}" was not finished: it was not done after 1 s; allow more by the resource option customTimeouts. It was removed.`,
    );
    expect(container.state).toBeUndefined();
    await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("networksAdvanced", () => {
  test("takes it from the default bridge, and gives it its aliases on each network", async () => {
    const [container, one, two] = [w.resource(CONTAINER), uniqueName(), uniqueName()];
    await w.resource(NETWORK).up({ name: one });
    await w.resource(NETWORK).up({ name: two });
    const networksAdvanced = [
      { name: one, aliases: ["service"] },
      { name: two, aliases: ["other"] },
    ];
    await container.up(w.sleeper({ networksAdvanced }));
    const { Networks } = (await inspected(container)).NetworkSettings;
    expect(Object.keys(Networks).sort()).toEqual([one, two].sort());
    expect(Networks[one]?.Aliases).toContain("service");
    expect(Networks[two]?.Aliases).toContain("other");
  });

  test("with networkMode naming the same network it is on that one", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    await w.resource(NETWORK).up({ name });
    await container.up(w.sleeper({ networkMode: name, networksAdvanced: [{ name }] }));
    expect(Object.keys((await inspected(container)).NetworkSettings.Networks)).toEqual([name]);
  });

  test("a network that does not exist: the container is left behind and in the state", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    // Older engines notice it only at the start.
    await expect(container.up(w.sleeper({ networksAdvanced: [{ name }] }))).rejects.toThrow(
      new RegExp(`^Unable to (start container|connect to network '${name}'): .*: network ${name} not found$`),
    );
    expect((await inspected(container)).State.Status).toBe("created");
    expect(container.known().initErrors).toHaveLength(1);
  });
});
