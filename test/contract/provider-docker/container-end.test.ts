/** How a container is stopped and removed, and what goes with it. */
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { CONTAINER, docker, uniqueName, world } from "./world";

const w = world();

describe("the end of a container", () => {
  /** Notes in a volume that it was asked to stop, and takes half a second for it. */
  const polite = (volume: string, more: PropertyMap): PropertyMap =>
    w.sleeper({
      command: [
        "sh",
        "-c",
        "trap 'sleep 0.5; echo asked > /notes/asked; exit 0' TERM; touch /notes/ready; while :; do sleep 0.1; done",
      ],
      volumes: [{ volumeName: volume, containerPath: "/notes" }],
      // Asked before it listens to the signal, it would be killed however long it is given.
      healthcheck: { tests: ["CMD", "test", "-e", "/notes/ready"], interval: "100ms", retries: 100 },
      wait: true,
      waitTimeout: 60,
      ...more,
    });

  async function notesAfterDestroy(more: PropertyMap): Promise<string> {
    const [container, reader, volume] = [w.resource(CONTAINER), w.resource(CONTAINER), uniqueName()];
    await container.up(polite(volume, more));
    await container.destroy();
    const volumes = [{ volumeName: volume, containerPath: "/notes" }];
    const command = ["sh", "-c", "cat /notes/asked 2>/dev/null || echo killed"];
    await reader.up(w.sleeper({ command, volumes, attach: true, logs: true, mustRun: false }));
    return String(reader.known().outputs.containerLogs);
  }

  test("destroyGraceSeconds is its time to stop", async () => {
    expect(await notesAfterDestroy({ destroyGraceSeconds: 10 })).toBe("asked\n");
  });

  test("without destroyGraceSeconds it is killed at once", async () => {
    expect(await notesAfterDestroy({})).toBe("killed\n");
  });

  test("with attach it is removed without being stopped first", async () => {
    const [container, volume] = [w.resource(CONTAINER), uniqueName()];
    await container.up(polite(volume, { destroyGraceSeconds: 10 }));
    const { outputs } = container.known();
    container.state = { ...container.known(), outputs: { ...outputs, attach: true } };
    const { id } = container.known();
    await container.destroy();
    await expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    const events = await docker.getEvents({
      since: 0,
      until: Date.now() / 1000,
      filters: { container: [id], event: ["stop"] },
    });
    expect(await text(events as Readable)).toBe("");
  });

  test.each([
    ["goes with it", {}, 0],
    ["stays with removeVolumes: false", { removeVolumes: false }, 1],
  ])("an anonymous volume %s", async (_name, more, left) => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper({ volumes: [{ containerPath: "/data" }], ...more }));
    const [mount] = (await docker.getContainer(container.known().id).inspect()).Mounts;
    await container.destroy();
    const { Volumes } = await docker.listVolumes();
    const found = Volumes.filter(({ Name }) => Name === mount?.Name);
    expect(found).toHaveLength(left);
    await Promise.all(found.map(({ Name }) => docker.getVolume(Name).remove()));
  });

  test("one that was removed by hand is no fault", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper());
    await docker.getContainer(container.known().id).remove({ force: true });
    await container.destroy();
    expect(container.state).toBeUndefined();
  });

  test("with rm it is gone when the destroy is done", async () => {
    const container = w.resource(CONTAINER);
    await container.up(w.sleeper({ rm: true }));
    const { id } = container.known();
    await container.destroy();
    await expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});
