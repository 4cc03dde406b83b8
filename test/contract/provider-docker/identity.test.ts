/** Ids, automatic names, imports, and what is known of a resource before and after it is made. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { UNKNOWN } from "../../../toolchain/provider-docker/schema/types";
import { CONTAINER, docker, NETWORK, REMOTE_IMAGE, uniqueImage, uniqueName, VOLUME, world } from "./world";

const w = world();
const idle = (more: PropertyMap = {}): PropertyMap => w.sleeper({ start: false, mustRun: false, ...more });

describe("id", () => {
  test.each([
    [CONTAINER, () => idle()],
    [NETWORK, () => ({})],
  ])("of a %s: the engine's, 64 digits", async (type, program) => {
    const resource = w.resource(type);
    await resource.up(program());
    expect(resource.known().id).toMatch(/^[0-9a-f]{64}$/);
  });

  test("of a volume: its name", async () => {
    const [volume, name] = [w.resource(VOLUME), uniqueName()];
    await volume.up({ name });
    expect(volume.known().id).toBe(name);
  });

  test("of an image: the image's id and its name", async () => {
    const image = w.resource(REMOTE_IMAGE);
    await image.up({ name: w.image, keepLocally: true });
    const { Id } = await docker.getImage(w.image).inspect();
    expect(image.known().id).toBe(`${Id}${w.image}`);
  });
});

describe("automatic name", () => {
  test.each([
    [CONTAINER, () => idle()],
    [NETWORK, () => ({})],
    [VOLUME, () => ({})],
  ])("of a %s: the resource's and 7 digits, noted as a default", async (type, program) => {
    const resource = w.resource(type);
    await resource.up(program());
    const { name, __defaults } = resource.known().inputs;
    expect(name).toMatch(new RegExp(`^${resource.name}-[0-9a-f]{7}$`));
    expect(__defaults).toContain("name");
  });

  test("stays in updates, and is a new one in a replacement", async () => {
    const container = w.resource(CONTAINER);
    await container.up(idle());
    const first = container.known().inputs.name;
    await container.up(idle({ restart: "always" }));
    expect(container.known().inputs.name).toBe(first);
    await container.up(idle({ envs: ["A=1"] }));
    expect(container.known().inputs.name).toMatch(new RegExp(`^${container.name}-[0-9a-f]{7}$`));
    expect(container.known().inputs.name).not.toBe(first);
  });

  test("images have none", async () => {
    await expect(w.resource(REMOTE_IMAGE).preview({})).rejects.toThrow("name: 'name' is required; set it to a string");
  });
});

test("without the mark of defaults an old state is compared as usual", async () => {
  const network = w.resource(NETWORK);
  const program = { name: uniqueName() };
  await network.up(program);
  const { __defaults: _, ...inputs } = network.known().inputs;
  network.state = { ...network.known(), inputs };
  expect(await network.preview(program)).toMatchObject({ step: "same" });
});

describe("replacement", () => {
  test("of a container: the old one goes first, whoever chose the name", async () => {
    const container = w.resource(CONTAINER);
    await container.up(idle());
    expect(await container.preview(idle({ envs: ["A=1"] }))).toMatchObject({ deleteBeforeReplace: true });
  });

  test.each([NETWORK, VOLUME])("of a %s: the old one goes first only if the program gave the name", async (type) => {
    const labels = [{ label: "a", value: "b" }];
    const [automatic, fixed, name] = [w.resource(type), w.resource(type), uniqueName()];
    await automatic.up({});
    await fixed.up({ name });
    const replaced = { step: "replace", changes: { "labels[0]": "add-replace" } };
    expect(await automatic.up({ labels })).toMatchObject({ ...replaced, deleteBeforeReplace: false });
    expect(await fixed.up({ name, labels })).toMatchObject({ ...replaced, deleteBeforeReplace: true });
  });
});

describe("import by id", () => {
  test("of a container shows no difference to a program that says the same", async () => {
    const [name, program] = [uniqueName(), idle({ restart: "on-failure", memory: 64, memorySwap: 64 })];
    const made = w.resource(CONTAINER);
    await made.up({ name, ...program });
    const imported = w.resource(CONTAINER);
    await imported.import(made.known().id);
    const { inputs } = imported.known();
    expect(inputs).toMatchObject({ name, image: w.image, restart: "on-failure", memory: 64 });
    expect(await imported.preview(inputs)).toMatchObject({ step: "same" });
  });

  test.each([NETWORK, VOLUME])("of a %s shows no difference to a program that says the same", async (type) => {
    const program = { name: uniqueName(), labels: [{ label: "a", value: "b" }] };
    const [made, imported] = [w.resource(type), w.resource(type)];
    await made.up(program);
    await imported.import(made.known().id);
    expect(imported.known().inputs).toMatchObject(program);
    expect(await imported.preview(program)).toMatchObject({ step: "same" });
  });

  test("of an image is refused", async () => {
    await expect(w.resource(REMOTE_IMAGE).import("sha256:1")).rejects.toThrow(/^an image cannot be imported/);
  });
});

describe("a resource that was removed by hand leaves the state at a refresh, and the next up makes it again", () => {
  test.each<[string, () => PropertyMap, (id: string) => Promise<unknown>]>([
    [CONTAINER, () => idle(), (id) => docker.getContainer(id).remove()],
    [NETWORK, () => ({}), (id) => docker.getNetwork(id).remove()],
    [VOLUME, () => ({}), (id) => docker.getVolume(id).remove()],
  ])("%s", async (type, program, remove) => {
    const resource = w.resource(type);
    await resource.up(program());
    await remove(resource.known().id);
    await resource.refresh();
    expect(resource.state).toBeUndefined();
    expect(await resource.up(program())).toMatchObject({ step: "create" });
  });

  test(REMOTE_IMAGE, async () => {
    const [image, name] = [w.resource(REMOTE_IMAGE), uniqueImage()];
    const tag = (): Promise<unknown> => docker.getImage(w.image).tag({ repo: name.replace(/:1$/, ""), tag: "1" });
    await tag();
    await image.up({ name });
    await docker.getImage(name).remove();
    await image.refresh();
    expect(image.state).toBeUndefined();
    await tag();
    expect(await image.up({ name })).toMatchObject({ step: "create" });
  });
});

describe("outputs of a container", () => {
  test("what the engine chose", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper());
    const { id, outputs } = container.known();
    expect(outputs).toMatchObject({
      bridge: "",
      entrypoints: [],
      hostname: id.slice(0, 12),
      init: false,
      ipcMode: "private",
      logDriver: "json-file",
      platform: "linux",
      runtime: "runc",
      securityOpts: [],
      shmSize: 64,
      stopTimeout: 0,
    });
    expect(outputs).not.toHaveProperty("exitCode");
    expect(outputs).not.toHaveProperty("containerLogs");
  });

  test("networkDatas: one entry for each network", async () => {
    const [network, container, name] = [w.resource(NETWORK), w.resource(CONTAINER), uniqueName()];
    await network.up({ name, ipamConfigs: [{ subnet: "10.213.9.0/24" }] });
    await container.up(w.sleeper({ networksAdvanced: [{ name, ipv4Address: "10.213.9.5" }] }));
    expect(container.known().outputs.networkDatas).toEqual([
      {
        networkName: name,
        ipAddress: "10.213.9.5",
        ipPrefixLength: 24,
        gateway: "10.213.9.1",
        globalIpv6Address: "",
        globalIpv6PrefixLength: 0,
        ipv6Gateway: "",
        macAddress: "02:42:0a:d5:09:05",
      },
    ]);
  });

  test("environment and labels are never read back", async () => {
    const container = w.resource(CONTAINER);
    await container.up(idle({ envs: ["A=1"] }));
    await container.refresh();
    expect(container.known().outputs).toMatchObject({ envs: ["A=1"] });
    expect(container.known().outputs.labels ?? []).toEqual([]);
  });
});

describe("outputs in a preview", () => {
  test("of a container: unknown where the engine decides, absent where nobody does", async () => {
    const outputs = await w.resource(CONTAINER).plannedOutputs(idle({ ports: [{ internal: 80 }] }));
    for (const name of ["bridge", "hostname", "networkDatas", "entrypoints", "shmSize", "logDriver", "exitCode"])
      expect([name, outputs[name]]).toEqual([name, UNKNOWN]);
    expect(outputs).not.toHaveProperty("memory");
    expect(outputs.ports).toEqual([{ internal: 80, external: UNKNOWN, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  test("of an image, a network and a volume", async () => {
    const planned = async (type: string, program: PropertyMap, ...names: string[]): Promise<unknown[]> => {
      const outputs = await w.resource(type).plannedOutputs(program);
      return names.map((name) => outputs[name]);
    };
    expect(await planned(REMOTE_IMAGE, { name: "one" }, "imageId", "repoDigest")).toEqual([UNKNOWN, UNKNOWN]);
    expect(await planned(NETWORK, {}, "scope", "driver", "ipamConfigs")).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(await planned(VOLUME, {}, "mountpoint", "driver")).toEqual([UNKNOWN, UNKNOWN]);
  });
});
