/** Networks and volumes: what a replacement destroys, and what is still in use. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, NETWORK, uniqueName, VOLUME, world } from "./world";

// The official plugin tries for 30 s.
const w = world({ removalMs: 1000 });
const patient = world();

/** A container that ran a script with the volume at /data. */
async function withVolume(volumeName: string, script: string): Promise<ResourceUnderTest> {
  const container = w.resource(CONTAINER);
  const volumes = [{ volumeName, containerPath: "/data" }];
  const command = ["sh", "-c", script];
  await container.up(w.sleeper({ command, volumes, attach: true, logs: true, mustRun: false }));
  return container;
}

describe("a volume", () => {
  test.each<[string, PropertyMap]>([
    ["a label", { labels: [{ label: "a", value: "b" }] }],
    ["driverOpts", { driverOpts: { type: "tmpfs", device: "tmpfs" } }],
  ])("loses its data when %s changes", async (_name, change) => {
    const [volume, name] = [w.resource(VOLUME), uniqueName()];
    await volume.up({ name });
    await (await withVolume(name, "echo kept > /data/file")).destroy();
    const reader = await withVolume(name, "ls /data");
    expect(reader.known().outputs.containerLogs).toBe("file\n");
    await reader.destroy();
    expect(await volume.up({ name, ...change })).toMatchObject({ step: "replace" });
    expect((await withVolume(name, "ls /data")).known().outputs.containerLogs).toBe("");
  });

  test("is taken with its data if it exists", async () => {
    const name = uniqueName();
    await docker.createVolume({ Name: name });
    await (await withVolume(name, "echo kept > /data/file")).destroy();
    await w.resource(VOLUME).up({ name });
    expect((await withVolume(name, "ls /data")).known().outputs.containerLogs).toBe("file\n");
  });

  test("says where it is", async () => {
    const [volume, name] = [w.resource(VOLUME), uniqueName()];
    await volume.up({ name });
    expect(volume.known().outputs).toMatchObject({ name, driver: "local", driverOpts: {} });
    expect(volume.known().outputs.mountpoint).toMatch(new RegExp(`/${name}/_data$`));
  });

  test("in use stays, in the state as well; a later destroy finishes", async () => {
    const [volume, name] = [w.resource(VOLUME), uniqueName()];
    await volume.up({ name });
    const user = await withVolume(name, "true");
    await expect(volume.destroy()).rejects.toThrow(
      `timeout while waiting for state to become 'removed' (last state: 'in_use', timeout: 1s): Error response from daemon: remove ${name}: volume is in use - [${user.known().id}]; remove the containers that use it`,
    );
    expect(volume.state).toBeDefined();
    await user.destroy();
    await volume.destroy();
    expect((await docker.listVolumes({ filters: { name: [name] } })).Volumes).toEqual([]);
  });
});

describe("a network", () => {
  test("in use stays, in the state as well; a later destroy finishes", async () => {
    const [network, user, name] = [w.resource(NETWORK), w.resource(CONTAINER), uniqueName()];
    await network.up({ name });
    await user.up(w.sleeper({ name: `${name}-user`, networkMode: name }));
    const { id } = network.known();
    await expect(network.destroy()).rejects.toThrow(
      new RegExp(
        `^timeout while waiting for state to become 'removed' \\(last state: 'pending', timeout: 1s\\): ` +
          `Error response from daemon: error while removing network: network ${name} id ${id} has active endpoints; ` +
          `stop or disconnect what still uses it: ${name}-user$`,
      ),
    );
    expect(network.state).toBeDefined();
    await user.destroy();
    await network.destroy();
    await expect(docker.getNetwork(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("becomes free while it is tried: the destroy succeeds", async () => {
    const [network, user, name] = [patient.resource(NETWORK), w.resource(CONTAINER), uniqueName()];
    await network.up({ name });
    await user.up(w.sleeper({ networkMode: name }));
    const [removal] = [network.destroy(), await user.destroy()];
    await removal;
    expect(network.state).toBeUndefined();
  });

  test.each([NETWORK, VOLUME])("or volume that was removed by hand is no fault: %s", async (type) => {
    const resource = w.resource(type);
    await resource.up({});
    const { id } = resource.known();
    await (type === NETWORK ? docker.getNetwork(id) : docker.getVolume(id)).remove();
    await resource.destroy();
    expect(resource.state).toBeUndefined();
  });

  test("has what the engine chose in its outputs", async () => {
    const network = w.resource(NETWORK);
    await network.up({});
    expect(network.known().outputs).toMatchObject({
      driver: "bridge",
      scope: "local",
      internal: false,
      attachable: false,
      ingress: false,
      ipv6: false,
      ipamDriver: "default",
      ipamConfigs: [{ subnet: expect.any(String) as string, gateway: expect.any(String) as string }],
    });
  });

  test.each<[string, PropertyMap]>([
    ["attachable", { attachable: true }],
    ["driver", { driver: "macvlan" }],
    ["internal", { internal: true }],
    ["ipamConfigs", { ipamConfigs: [{ subnet: "10.213.10.0/24" }] }],
    ["ipamDriver", { ipamDriver: "other" }],
    ["ipamOptions", { ipamOptions: { a: "b" } }],
    ["ipv6", { ipv6: true }],
    ["labels", { labels: [{ label: "a", value: "b" }] }],
    ["name", { name: "other" }],
    ["options", { options: { a: "b" } }],
  ])("is replaced by a change of %s", async (_name, change) => {
    const network = w.resource(NETWORK);
    await network.up({});
    expect(await network.preview(change)).toMatchObject({ step: "replace" });
  });
});
