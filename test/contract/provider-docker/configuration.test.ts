/** The provider's configuration, and what is refused before anything is made. */
import path from "node:path";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { UNKNOWN } from "../../../toolchain/plugin/properties";
import { dockerPlugin } from "../../../toolchain/provider-docker/plugin";
import { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, NETWORK, REMOTE_IMAGE, uniqueName, VOLUME, world } from "./world";

const w = world();

const configure = async (config: PropertyMap): Promise<unknown> => dockerPlugin().configure?.(config);

describe("the engine's address", () => {
  const before = process.env.DOCKER_HOST;
  afterEach(() => {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  });

  const nowhere = `unix://${path.join(__dirname, "no-engine.sock")}`;
  const dead = (host: string): string =>
    `failed to connect to any docker daemon: Cannot connect to the Docker daemon at ${host} (`;

  test("is /var/run/docker.sock without any setting", async () => {
    delete process.env.DOCKER_HOST;
    await expect(configure({})).resolves.toBeUndefined();
  });

  test("comes from DOCKER_HOST", async () => {
    process.env.DOCKER_HOST = nowhere;
    await expect(configure({})).rejects.toThrow(dead(nowhere));
  });

  test("comes from host rather than DOCKER_HOST", async () => {
    process.env.DOCKER_HOST = "tcp://127.0.0.1:1";
    await expect(configure({ host: "unix:///var/run/docker.sock" })).resolves.toBeUndefined();
  });

  test.each([nowhere, "tcp://127.0.0.1:1"])("with no engine there is refused, also in a preview: %s", async (host) => {
    await expect(configure({ host })).rejects.toThrow(dead(host));
    await expect(configure({ host })).rejects.toThrow(
      /Is the docker daemon running\? Start the engine, or set the provider's host \(docker:host, DOCKER_HOST\) to the address of one that runs\.$/,
    );
  });

  test("is not tried with disableDockerDaemonCheck", async () => {
    await expect(configure({ host: nowhere, disableDockerDaemonCheck: "true" })).resolves.toBeUndefined();
  });

  test.each(["ssh://somewhere", "/var/run/docker.sock", "nonsense"])("of another kind is refused: %s", async (host) => {
    await expect(configure({ host })).rejects.toThrow(
      `the engine's address "${host}" is not understood; expected unix://PATH, npipe://PATH or tcp://HOST:PORT`,
    );
  });

  test("that is not known yet lets a preview plan, and says so when the engine is needed", async () => {
    const plugin = dockerPlugin();
    await plugin.configure?.({ host: UNKNOWN });
    const volume = new ResourceUnderTest(plugin, VOLUME, uniqueName());
    expect(await volume.preview({})).toMatchObject({ step: "create" });
    await expect(volume.up({})).rejects.toThrow("the address of the engine is not known yet");
  });

  test("with an engine that goes away: its calls say so", async () => {
    const plugin = dockerPlugin();
    await plugin.configure?.({ host: nowhere, disableDockerDaemonCheck: "true" });
    const volume = new ResourceUnderTest(plugin, VOLUME, uniqueName());
    await expect(volume.up({})).rejects.toThrow(
      /^Unable to create volume: Cannot connect to the Docker daemon at unix:.*\(connect ENOENT .*\)\. Is the docker daemon running\?$/,
    );
  });
});

test.each([
  [
    "hots",
    "there is no such setting; known are host, certPath, caMaterial, certMaterial, keyMaterial, registryAuth, disableDockerDaemonCheck",
  ],
  [
    "context",
    'the stand-in does not support "context"; set "host" to the context\'s address ("docker context inspect" shows it), or use the official plugin',
  ],
  [
    "sshOpts",
    'the stand-in does not support "sshOpts"; forward the engine\'s socket by ssh -L and set "host" to it, or use the official plugin',
  ],
])("the setting %s is refused", async (property, reason) => {
  expect(await w.plugin.checkConfig?.({ version: "5.2.0", host: "unix:///x", [property]: "x" })).toEqual([
    { property, reason },
  ]);
});

describe("faults of inputs fail the preview and name the property", () => {
  test.each<[string, PropertyMap, string]>([
    [
      CONTAINER,
      { imgae: "one" },
      "imgae: there is no property 'imgae'; did you mean 'image'?\nimage: 'image' is required; set it to a string",
    ],
    [CONTAINER, { image: "one", memory: "64" }, "memory: expected a whole number, got a string"],
    [
      CONTAINER,
      { image: "one", ports: [{ internal: "80" }] },
      "ports[0].internal: expected a whole number, got a string",
    ],
    [
      CONTAINER,
      { image: "one", ports: [{ external: 80 }] },
      "ports[0].internal: 'internal' is required; set it to a whole number",
    ],
    [
      CONTAINER,
      { image: "one", restart: "sometimes" },
      "restart: 'sometimes' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'",
    ],
    [
      CONTAINER,
      { image: "one", networkDatas: [] },
      "networkDatas: 'networkDatas' is an output and cannot be set; remove it",
    ],
    [
      CONTAINER,
      { image: "one", healthcheck: { interval: "5" } },
      "healthcheck.interval: '5' is not a valid duration; expected for example 5s, 1m30s or 500ms",
    ],
    [NETWORK, { labels: { a: "b" } }, "labels: expected a list, got an object"],
    [VOLUME, { driverOpts: { a: 1 } }, "driverOpts.a: expected a string, got 1"],
    [
      REMOTE_IMAGE,
      { name: "one", build: { context: ".", secrets: [] } },
      "build.secrets: 'secrets' is not supported by the stand-in: secrets needs a BuildKit session, which the stand-in does not open; use the official docker plugin",
    ],
  ])("%s %j", async (type, program, faults) => {
    await expect(w.resource(type).preview(program)).rejects.toThrow(new Error(faults));
  });

  test("unknown values pass", async () => {
    const program = { image: UNKNOWN, envs: [UNKNOWN], ports: [{ internal: UNKNOWN }], memory: UNKNOWN };
    expect(await w.resource(CONTAINER).preview(program)).toMatchObject({ step: "create" });
  });
});

describe("functions", () => {
  const context = { urn: "", type: "", name: "", signal: new AbortController().signal, log: () => undefined };
  const invoke = async (name: string, args: PropertyMap) =>
    w.plugin.functions?.[`docker:index/${name}:${name}`]?.({ ...context, args });

  test("getNetwork finds a network and its containers", async () => {
    const [network, container, name] = [w.resource(NETWORK), w.resource(CONTAINER), uniqueName()];
    await network.up({ name, ipamConfigs: [{ subnet: "10.213.11.0/24" }] });
    await container.up(w.sleeper({ name: `${name}-c`, networkMode: name }));
    expect((await invoke("getNetwork", { name }))?.outputs).toMatchObject({
      id: network.known().id,
      name,
      driver: "bridge",
      scope: "local",
      internal: false,
      ipamConfigs: [{ subnet: "10.213.11.0/24" }],
      containers: [{ containerId: container.known().id, name: `${name}-c`, ipv4Address: "10.213.11.2/24" }],
    });
  });

  test("getRemoteImage finds an image", async () => {
    const { Id } = await docker.getImage(w.image).inspect();
    expect((await invoke("getRemoteImage", { name: w.image }))?.outputs).toEqual({
      id: Id,
      name: w.image,
      repoDigest: "",
    });
  });

  test.each([
    [
      "getNetwork",
      /^Could not find docker network: Error response from daemon: network nothing-of-this-name not found$/,
    ],
    ["getRemoteImage", /^did not find docker image 'nothing-of-this-name'$/],
  ])("%s says what it did not find", async (name, text) => {
    await expect(invoke(name, { name: "nothing-of-this-name" })).rejects.toThrow(text);
  });

  test.each(["getNetwork", "getRemoteImage"])("%s of an unknown name has unknown answers", async (name) => {
    const outputs = (await invoke(name, { name: UNKNOWN }))?.outputs ?? {};
    expect(new Set(Object.values(outputs)).size).toBe(1);
  });

  test("faults of the arguments are named", async () => {
    expect(await invoke("getNetwork", { id: "1" })).toEqual({
      failures: [
        { property: "id", reason: "there is no property 'id'; remove it" },
        { property: "name", reason: "'name' is required; set it to a string" },
      ],
    });
  });
});
