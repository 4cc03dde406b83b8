/** Changes of a container that are updates: those that reach it, those that only start it, and those that do nothing. */
import fs from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import type { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, world } from "./world";

const w = world();
const idle = (more: PropertyMap): PropertyMap => w.sleeper({ start: false, mustRun: false, ...more });

/** The engine's whole knowledge of the container. */
const inspected = (container: ResourceUnderTest): Promise<unknown> =>
  docker.getContainer(container.known().id).inspect();

/** How many updates of the container the engine has seen. */
async function updateEvents(container: ResourceUnderTest): Promise<number> {
  const filters = { container: [container.known().id], event: ["update"] };
  const until = Math.floor(Date.now() / 1000) + 1;
  const events = await docker.getEvents({ since: until - 60, until, filters });
  return (await text(events as Readable)).split("\n").filter((line) => line !== "").length;
}

describe("an update that reaches the container", () => {
  const MiB = 1024 * 1024;
  test.each<[string, PropertyMap, PropertyMap, object]>([
    ["restart", {}, { restart: "always" }, { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } }],
    [
      "maxRetryCount",
      { restart: "on-failure", maxRetryCount: 1 },
      { restart: "on-failure", maxRetryCount: 2 },
      { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 } },
    ],
    ["cpuShares", { cpuShares: 256 }, { cpuShares: 512 }, { CpuShares: 512 }],
    ["cpuSet", {}, { cpuSet: "0" }, { CpusetCpus: "0" }],
    [
      "memory",
      { memory: 64, memorySwap: 128 },
      { memory: 32, memorySwap: 128 },
      { Memory: 32 * MiB, MemorySwap: 128 * MiB },
    ],
    [
      "memorySwap",
      { memory: 64, memorySwap: 64 },
      { memory: 64, memorySwap: 96 },
      { Memory: 64 * MiB, MemorySwap: 96 * MiB },
    ],
    [
      "memoryReservation",
      { memory: 64, memorySwap: 64 },
      { memory: 64, memorySwap: 64, memoryReservation: 16 },
      { MemoryReservation: 16 * MiB },
    ],
  ])("%s", async (_name, before, after, hostConfig) => {
    const container = w.resource(CONTAINER);
    await container.up(idle(before));
    const { id } = container.known();
    expect(await container.up(idle(after))).toMatchObject({ step: "update" });
    expect(container.known().id).toBe(id);
    expect(await inspected(container)).toMatchObject({ HostConfig: hostConfig });
    await container.refresh();
    expect(await container.preview(idle(after))).toMatchObject({ step: "same" });
  });

  test.each([
    ["deviceReadBps", "BlkioDeviceReadBps"],
    ["deviceReadIops", "BlkioDeviceReadIOps"],
    ["deviceWriteBps", "BlkioDeviceWriteBps"],
    ["deviceWriteIops", "BlkioDeviceWriteIOps"],
  ])("%s", async (property, name) => {
    const path = `/dev/${fs.readdirSync("/sys/block")[0]}`;
    const container = w.resource(CONTAINER);
    await container.up(idle({ [property]: [{ path, rate: 1000 }] }));
    expect(await inspected(container)).toMatchObject({ HostConfig: { [name]: [{ Path: path, Rate: 1000 }] } });
    const changed = idle({ [property]: [{ path, rate: 2000 }] });
    expect(await container.up(changed)).toMatchObject({ step: "update" });
    // Engines take these limits and do not show them, so that only the event tells.
    expect(await updateEvents(container)).toBe(1);
  });
});

test("mustRun false to true with start starts the container", async () => {
  const container = w.resource(CONTAINER);
  await container.up(w.sleeper({ mustRun: false }));
  await docker.getContainer(container.known().id).kill();
  await container.refresh();
  expect(await container.up(w.sleeper())).toMatchObject({ step: "update", changes: { mustRun: "update" } });
  expect(await inspected(container)).toMatchObject({ State: { Running: true } });
});

test.each<[string, PropertyMap]>([
  ["wait", { wait: true }],
  ["waitTimeout", { waitTimeout: 5 }],
  ["attach", { attach: true }],
  ["logs", { logs: true }],
  ["destroyGraceSeconds", { destroyGraceSeconds: 1 }],
  ["removeVolumes", { removeVolumes: false }],
  ["containerReadRefreshTimeoutMilliseconds", { containerReadRefreshTimeoutMilliseconds: 1 }],
])("%s is the provider's own: an update without a call to the engine", async (property, change) => {
  const container = w.resource(CONTAINER);
  await container.up(idle({}));
  const before = await inspected(container);
  expect(await container.up(idle(change))).toMatchObject({
    step: "update",
    changes: { [property]: expect.stringMatching(/^(add|update)$/) as string },
  });
  expect(await inspected(container)).toEqual(before);
  expect(container.known().outputs).toMatchObject(change);
});

describe("an update that silently changes nothing in the container", () => {
  const mount = { type: "bind", source: "/etc", target: "/host", readOnly: true };
  const checked = { healthcheck: { tests: ["CMD", "true"], interval: "5s" } };
  const rows: [string, "comes back" | "stays away", PropertyMap, PropertyMap][] = [
    ["healthcheck", "comes back", checked, { healthcheck: { tests: ["CMD", "false"], interval: "5s" } }],
    ["a new healthcheck", "stays away", {}, checked],
    ["mounts[].source", "comes back", { mounts: [mount] }, { mounts: [{ ...mount, source: "/tmp" }] }],
    ["mounts[].target", "comes back", { mounts: [mount] }, { mounts: [{ ...mount, target: "/other" }] }],
    ["mounts[].readOnly", "comes back", { mounts: [mount] }, { mounts: [{ ...mount, readOnly: false }] }],
    ["tmpfs", "comes back", { tmpfs: { "/one": "size=1m" } }, { tmpfs: { "/one": "size=2m" } }],
    ["init", "comes back", {}, { init: true }],
    ["rm", "comes back", {}, { rm: true }],
    ["cpuPeriod", "stays away", {}, { cpuPeriod: 50000 }],
    ["cpuQuota", "stays away", {}, { cpuQuota: 25000 }],
  ];
  test.each(rows)("%s, and after a refresh the difference %s", async (_name, then, before, after) => {
    const container = w.resource(CONTAINER);
    await container.up(idle(before));
    const engineSays = await inspected(container);
    expect(await container.up(idle(after))).toMatchObject({ step: "update" });
    expect(await inspected(container)).toEqual(engineSays);
    expect(await container.preview(idle(after))).toMatchObject({ step: "same" });
    await container.refresh();
    expect(await container.preview(idle(after))).toMatchObject({ step: then === "comes back" ? "update" : "same" });
  });

  test("start false to true: it stays created", async () => {
    const container = w.resource(CONTAINER);
    await container.up(idle({}));
    expect(await container.up(idle({ start: true }))).toMatchObject({ step: "update", changes: { start: "update" } });
    expect(await inspected(container)).toMatchObject({ State: { Status: "created" } });
    await container.refresh();
    expect(await container.preview(idle({ start: true }))).toMatchObject({ step: "same" });
  });
});
