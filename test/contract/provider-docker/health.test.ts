/** Containers with `wait: true`: an update is done when they are healthy, and says why when they are not. */
import type { PropertyMap } from "../../../toolchain/plugin/properties";
import { runInside } from "../../support/inside";
import type { ResourceUnderTest } from "../../support/provider";
import { CONTAINER, docker, uniqueName, world } from "./world";

const w = world();

/** Time for a first check to end, on a busy machine as well. */
const WAIT_SECONDS = 3;

/** Healthy as soon as /ready exists. */
const waiting = (more: PropertyMap = {}): PropertyMap =>
  w.sleeper({
    command: ["sh", "-c", "echo one; echo two >&2; sleep 3600"],
    healthcheck: {
      tests: ["CMD-SHELL", "test -e /ready || { echo not yet; exit 7; }"],
      interval: "200ms",
      retries: 100,
    },
    wait: true,
    waitTimeout: WAIT_SECONDS,
    ...more,
  });

/** The same, with /ready from the start. */
const READY = { uploads: [{ file: "/ready", content: "1" }] };

const status = async (container: ResourceUnderTest): Promise<string | undefined> =>
  (await docker.getContainer(container.known().id).inspect()).State.Health?.Status;

test.each([
  ["the engine looks often", "200ms"],
  // By then the time to wait is over.
  ["the engine looks later than anybody waits", "1m"],
])("the update is done when the container's check passes: %s", async (_what, interval) => {
  const container = w.resource(CONTAINER);
  const tests = ["CMD-SHELL", "test -e /ready"];
  const command = ["sh", "-c", "sleep 1; touch /ready; sleep 3600"];
  await container.up(waiting({ command, healthcheck: { tests, interval, retries: 100 }, waitTimeout: 20 }));
  const there = await runInside(docker.getContainer(container.known().id), ["test", "-e", "/ready"]);
  expect(there.code).toBe(0);
  expect(container.known().initErrors).toEqual([]);
});

test("a check is not run again and again while nothing in the container listens", async () => {
  const container = w.resource(CONTAINER);
  // A page for the check, which notes each of its runs.
  const check = "echo run >> /runs; wget -q -O /dev/null http://127.0.0.1:8080/runs";
  const command = ["sh", "-c", "sleep 2.5; httpd -f -p 8080 -h /"];
  const healthcheck = { tests: ["CMD-SHELL", check], interval: "1m", retries: 100 };
  await container.up(waiting({ command, healthcheck, waitTimeout: 60 }));
  const { output } = await runInside(docker.getContainer(container.known().id), ["cat", "/runs"]);
  // One, when it listens; where the machine is busy one more, because of the longest pause.
  expect(output.trim().split(/\s+/).length).toBeLessThanOrEqual(2);
});

describe("a container that does not get healthy in time", () => {
  const FAILURE =
    `container failed to be in healthy state: it is starting after ${WAIT_SECONDS} s (waitTimeout); ` +
    "its last check ended with 7: not yet";

  test("fails the update, keeps running and is in the state", async () => {
    const container = w.resource(CONTAINER);
    await expect(container.up(waiting())).rejects.toThrow(FAILURE);
    expect(container.known().initErrors).toEqual([FAILURE]);
    expect(await status(container)).toBe("starting");
  });

  test("shows the last lines of its log", async () => {
    const container = w.resource(CONTAINER);
    const name = uniqueName();
    const command = ["sh", "-c", "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; sleep 3600"];
    await expect(container.up(waiting({ name, command }))).rejects.toThrow(FAILURE);
    const lines = Array.from({ length: 15 }, (_, index) => `line ${index + 16}`).join("\n");
    expect(container.log.filter(({ status }) => !status)).toEqual([
      { severity: "error", message: `last lines of ${name}:\n${lines}`, status: false },
    ]);
  });

  test("says so when there is no log", async () => {
    const [container, name] = [w.resource(CONTAINER), uniqueName()];
    await expect(container.up(waiting({ name, command: ["sleep", "3600"] }))).rejects.toThrow(FAILURE);
    expect(container.log.map(({ message }) => message)).toContain(`${name} has printed nothing`);
  });

  test("is replaced by every preview, even when it got healthy by itself, until a refresh takes it as it is", async () => {
    const container = w.resource(CONTAINER);
    await expect(container.up(waiting())).rejects.toThrow(FAILURE);
    const replaced = { step: "replace", changes: { networkDatas: "update-replace" }, deleteBeforeReplace: true };
    expect(await container.preview(waiting())).toEqual(replaced);
    await runInside(docker.getContainer(container.known().id), ["touch", "/ready"]);
    expect(await container.preview(waiting())).toEqual(replaced);
    await container.refresh();
    expect(container.known().initErrors).toEqual([]);
    expect(await container.preview(waiting())).toMatchObject({ step: "same" });
  });

  test("is removed and made again by the next up", async () => {
    const container = w.resource(CONTAINER);
    const name = uniqueName();
    await expect(container.up(waiting({ name }))).rejects.toThrow(FAILURE);
    const { id } = container.known();
    const repaired = waiting({ name, ...READY, waitTimeout: 20 });
    expect(await container.up(repaired)).toMatchObject({ step: "replace" });
    expect(container.known().id).not.toBe(id);
    expect(await container.preview(repaired)).toMatchObject({ step: "same" });
  });
});

describe("a container that ends while it is waited for", () => {
  const ends = (more: PropertyMap): PropertyMap => waiting({ command: ["sh", "-c", "echo gone; exit 3"], ...more });

  test.each([
    [{ restart: "no" }, "no"],
    [{ restart: "on-failure", maxRetryCount: 1 }, "on-failure"],
  ])("with %j: fails before the time is over", async (policy, name) => {
    const container = w.resource(CONTAINER);
    await expect(container.up(ends({ ...policy, waitTimeout: 3600 }))).rejects.toThrow(
      `container failed to be in healthy state: it ended with exit code 3 and its restart policy "${name}" does not start it again`,
    );
    expect(container.log.at(-1)?.message).toMatch(/^last lines of .*:\ngone(\ngone)*$/);
  });

  test("with a policy that starts it again: fails when the time is over and says how often it was started, and how it ended", async () => {
    await expect(w.resource(CONTAINER).up(ends({ restart: "unless-stopped" }))).rejects.toThrow(
      /^container failed to be in healthy state: it is \w+ after 3 s \(waitTimeout\), restarted \d+ times \(exit code 3\)/,
    );
  });
});

test("without a healthcheck: the official text, the container is left running and is in the state", async () => {
  const container = w.resource(CONTAINER);
  await expect(container.up(w.sleeper({ wait: true }))).rejects.toThrow(
    "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. Please remove the 'wait' argument or add a 'healthcheck' attribute",
  );
  const { State } = await docker.getContainer(container.known().id).inspect();
  expect(State.Running).toBe(true);
  expect(container.known().initErrors).toHaveLength(1);
});

test("wait only acts at creation, not when an update starts the container", async () => {
  const container = w.resource(CONTAINER);
  await container.up(waiting({ wait: false }));
  await docker.getContainer(container.known().id).kill();
  await container.refresh();
  expect(await container.up(waiting())).toMatchObject({ step: "update" });
  expect(await status(container)).toBe("starting");
});
