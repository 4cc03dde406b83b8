/** What an engine with an API before 1.44 or 1.45 cannot do. */
import { CONTAINER, world } from "./world";

const w = world({ apiVersion: "1.41" });

test.each([{ noCopy: true }, { labels: [{ label: "a", value: "b" }] }, { driverName: "local" }])(
  "mounts with volumeOptions %j are refused",
  async (volumeOptions) => {
    const container = w.resource(CONTAINER);
    const mounts = [{ type: "volume", target: "/data", source: container.name, volumeOptions }];
    await expect(container.up(w.sleeper({ mounts }))).rejects.toThrow(
      "Setting VolumeOptions.Subpath requires docker version 1.45 or higher",
    );
    expect(container.state).toBeUndefined();
  },
);

test("a healthcheck with startInterval is refused", async () => {
  const healthcheck = { tests: ["CMD", "true"], startInterval: "1s" };
  await expect(w.resource(CONTAINER).up(w.sleeper({ healthcheck }))).rejects.toThrow(
    'Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon API version is 1.41',
  );
});
