/** Runs containers to their end on the real engine. */
import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { containerArgs } from "../../engines/container-args";
import { runOnce } from "../../engines/run-once/run";
import { busyboxImage } from "../support/busybox-image";
import { eventually } from "../support/eventually";
import { spec } from "../support/spec";

jest.setTimeout(120_000);
const docker = new Docker();
const stack = `once-${randomBytes(3).toString("hex")}`;
let image: string;
beforeAll(async () => (image = await busyboxImage(docker)));

const run = (script: string, seconds = 30, signal?: AbortSignal): Promise<void> => {
  const job = spec({ name: "job", networks: [], health: { runsOnce: true }, entrypoint: ["/bin/sh", "-c"] });
  const place = { project: "p", stack, dataDir: "/nowhere", engineSocket: "/nowhere", image, generations: [] };
  return runOnce(docker, containerArgs({ ...job, command: [script] }, place), { seconds, ...(signal && { signal }) });
};
const left = async (): Promise<number> =>
  (await docker.listContainers({ all: true, filters: { label: [`mcp-stack.stack=${stack}`] } })).length;
afterEach(async () => expect(await left()).toBe(0));

describe("a container that runs once", () => {
  it("is gone when it has ended well", async () => {
    await expect(run("exit 0")).resolves.toBeUndefined();
  });

  it("fails with its exit code and the end of its log, from both of its outputs", async () => {
    await expect(run("echo on output; echo on error >&2; exit 3")).rejects.toThrow(
      new RegExp(
        `^p-${stack}-job ended with exit code 3; it is run again by the next update\\..*\\n(.*\\n)*on (output|error)\\non (output|error)$`,
      ),
    );
  });

  it("fails when it does not end in time", async () => {
    await expect(run("sleep 60", 1)).rejects.toThrow(`p-${stack}-job did not end within 1 s`);
  });

  it("is removed when its update is interrupted", async () => {
    const stop = new AbortController();
    const running = run("sleep 60", 30, stop.signal);
    await eventually(async () => expect(await left()).toBe(1));
    stop.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("interrupted");
  });

  it("takes the place of what an interrupted run left", async () => {
    await docker.createContainer({
      name: `p-${stack}-job`,
      Image: image,
      Cmd: ["true"],
      Labels: { "mcp-stack.stack": stack },
    });
    await expect(run("exit 0")).resolves.toBeUndefined();
  });
});
