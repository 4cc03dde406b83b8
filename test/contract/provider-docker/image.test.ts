/** Images: found, pulled, and removed by name. */
import type { ResourceUnderTest } from "../../support/provider";
import { startOneImageRegistry, type Registry } from "./one-image-registry";
import {
  CONTAINER,
  docker,
  idOf,
  pruneBuilt,
  REMOTE_IMAGE,
  removeImage,
  TEST_LABEL,
  uniqueImage,
  uniqueName,
  world,
} from "./world";

const w = world();
afterAll(() => pruneBuilt());

describe("an image that the engine has", () => {
  let name: string;
  let image: ResourceUnderTest;
  beforeEach(async () => {
    name = uniqueImage();
    await docker.getImage(w.image).tag({ repo: name.replace(/:1$/, ""), tag: "1" });
    image = w.resource(REMOTE_IMAGE);
  });

  test("is taken without a registry, also with pullTriggers", async () => {
    // There is no registry at this address.
    const local = `127.0.0.1:1/${name}`;
    await docker.getImage(w.image).tag({ repo: local.replace(/:1$/, ""), tag: "1" });
    try {
      await image.up({ name: local, pullTriggers: ["1"] });
      expect(image.known().outputs).toMatchObject({ imageId: await idOf(w.image), repoDigest: "" });
      expect(await image.up({ name: local, pullTriggers: ["2"], keepLocally: true })).toMatchObject({
        step: "replace",
      });
    } finally {
      await docker
        .getImage(local)
        .remove()
        .catch(() => undefined);
    }
  });

  test("is untagged by a destroy", async () => {
    await image.up({ name });
    await image.destroy();
    expect(await idOf(name)).toBeUndefined();
  });

  test("stays with keepLocally", async () => {
    await image.up({ name, keepLocally: true });
    await image.destroy();
    expect(await idOf(name)).toBe(await idOf(w.image));
  });

  test("in use cannot be destroyed, except with forceRemove", async () => {
    const built = uniqueImage();
    const { id } = await docker.createContainer({ Image: w.image, Cmd: ["true"], name: uniqueName() });
    await docker.getContainer(id).commit({ repo: built.replace(/:1$/, ""), tag: "1", changes: `LABEL ${TEST_LABEL}` });
    await w.resource(CONTAINER).up(w.sleeper({ image: built }));
    await image.up({ name: built });
    await expect(image.destroy()).rejects.toThrow(
      /^Unable to remove Docker image: Error response from daemon: conflict: unable to remove repository reference/,
    );
    await image.up({ name: built, forceRemove: true });
    await image.destroy();
    expect(await idOf(built)).toBeUndefined();
  });

  test("that is gone is made again, and is no fault in a destroy", async () => {
    await image.up({ name });
    await docker.getImage(name).remove();
    await image.destroy();
    expect(image.state).toBeUndefined();
  });
});

describe("an image that the engine does not have", () => {
  let registry: Registry;
  let image: ResourceUnderTest;
  beforeEach(async () => {
    registry = await startOneImageRegistry();
    image = w.resource(REMOTE_IMAGE);
  });
  afterEach(async () => {
    registry.close();
    const { repository, digest } = registry;
    for (const name of [`${repository}:1`, repository, `${repository}@${digest}`]) await removeImage(name);
  });

  test.each([
    ["a tag", (): string => `${registry.repository}:1`],
    ["no tag", (): string => registry.repository],
    ["a digest", (): string => `${registry.repository}@${registry.digest}`],
    ["a tag and a digest", (): string => `${registry.repository}:1@${registry.digest}`],
  ])("is pulled by %s", async (_name, reference) => {
    const name = reference();
    await image.up({ name, keepLocally: true });
    const imageId = await idOf(name);
    expect(image.known().id).toBe(`${imageId}${name}`);
    expect(image.known().outputs).toMatchObject({ imageId, repoDigest: `${registry.repository}@${registry.digest}` });
    await image.refresh();
    expect(await image.preview({ name, keepLocally: true })).toMatchObject({ step: "same" });
  });

  test("is pulled for a container that names it", async () => {
    const container = w.resource(CONTAINER);
    const name = `${registry.repository}@${registry.digest}`;
    await container.up({ image: name, start: false, mustRun: false });
    expect(container.known().outputs.image).toBe(name);
    await container.destroy();
  });

  test("shows how far its pull is", async () => {
    registry.pieceDelay = 80;
    await image.up({ name: `${registry.repository}:1` });
    const shown = image.log.map(({ message }) => message);
    expect(shown.at(-1)).toMatch(/^pulling .*:1: \d of 2 layers, \d+ % of \d MB$/);
    expect(image.log.every(({ status }) => status)).toBe(true);
  });

  test("is not pulled on when the update is cancelled", async () => {
    registry.pieceDelay = 500;
    const update = image.up({ name: `${registry.repository}:1` });
    while (!registry.requests.some((url) => url.includes("/blobs/"))) await new Promise(setImmediate);
    image.interrupt();
    await expect(update).rejects.toThrow("the update was cancelled");
    expect(image.state).toBeUndefined();
  });

  test("and no registry has: the official text, and nothing in the state", async () => {
    const name = `127.0.0.1:1/${uniqueName()}:1`;
    await expect(image.up({ name })).rejects.toThrow(
      `Unable to read Docker image into resource: unable to pull image ${name}: error pulling image ${name}: Error response from daemon: Get "`,
    );
    expect(image.state).toBeUndefined();
    await expect(w.resource(CONTAINER).up(w.sleeper({ image: name }))).rejects.toThrow(
      `Unable to create container with image ${name}: unable to pull image ${name}: error pulling image ${name}: Error response from daemon: Get "`,
    );
  });
});

describe("the image of a container", () => {
  test("by id is compared with the id: it is replaced when the tag moves", async () => {
    const container = w.resource(CONTAINER);
    const id = (await idOf(w.image)) ?? "";
    const program = { image: id, command: ["true"], start: false, mustRun: false };
    await container.up(program);
    await container.refresh();
    expect(container.known().outputs.image).toBe(id);
    expect(await container.preview({ ...program, image: `sha256:${"0".repeat(64)}` })).toMatchObject({
      step: "replace",
    });
  });

  test("by name is compared with the name: it is not replaced when the tag moves", async () => {
    const container = w.resource(CONTAINER);
    const name = uniqueImage();
    const repo = name.replace(/:1$/, "");
    await docker.getImage(w.image).tag({ repo, tag: "1" });
    const program = { image: name, command: ["true"], start: false, mustRun: false };
    await container.up(program);
    await docker.getContainer(container.known().id).commit({ repo, tag: "1" });
    await container.refresh();
    expect(await container.preview(program)).toMatchObject({ step: "same" });
  });
});
