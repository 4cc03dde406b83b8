/** Limits the processes of a container on the real engine. */
import Docker from "dockerode";
import { settleProcessLimits } from "../../commands/settle-process-limits";
import { SERVICE_LABEL, stackLabels } from "../../engines/container-args";
import { limitProcesses } from "../../engines/process-limits/limit";
import type { ServiceSpec } from "../../services/spec";
import { busyboxImage } from "../support/busybox-image";
import { runInside } from "../support/inside";

jest.setTimeout(60_000);
const docker = new Docker();
const STACK = { project: "test", stack: `limits-${process.pid}` };
let container: Docker.Container;
beforeAll(async () => {
  const Image = await busyboxImage(docker);
  container = await docker.createContainer({
    Image,
    Labels: { ...stackLabels(STACK), [SERVICE_LABEL]: "web" },
    Entrypoint: ["/bin/sh", "-c", "sleep 600"],
    HostConfig: { Init: true },
  });
  await container.start();
});
afterAll(() => container.remove({ force: true }));

/** Starts so many processes in the container; gives its exit code. */
async function start(count: number): Promise<number | null> {
  const script = `i=0; while [ $i -lt ${count} ]; do sleep 1 & i=$((i+1)); done; wait`;
  return (await runInside(container, ["/bin/sh", "-c", script])).code;
}

it("of one that runs already, which keeps its other limits and loses them at no restart", async () => {
  expect(await start(40)).toBe(0);
  await container.update({ Memory: 64 * 2 ** 20, MemorySwap: 64 * 2 ** 20 });
  await limitProcesses(docker, [{ id: container.id, service: "web", processes: 20 }]);
  expect(await start(40)).not.toBe(0);
  await container.restart({ t: 0 });
  expect(await start(40)).not.toBe(0);
  expect((await container.inspect()).HostConfig).toMatchObject({ PidsLimit: 20, Memory: 64 * 2 ** 20 });
});

it("that was changed by hand is put right by the next update, which says so once", async () => {
  const said: string[] = [];
  const settle = (): Promise<void> =>
    settleProcessLimits({ docker, engine: "docker" }, STACK, [{ name: "web", processes: 30 } as ServiceSpec], (line) =>
      said.push(line),
    );
  await container.update({ PidsLimit: 25 });
  await settle();
  await settle();
  expect(said).toEqual(["web: its limit of processes was 25; it is 30 again"]);
  expect((await container.inspect()).HostConfig.PidsLimit).toBe(30);
});

it("says of which service, and what to do, when there is no such container", async () => {
  const limits = [{ id: "0".repeat(64), service: "web", processes: 20 }];
  await expect(limitProcesses(docker, limits)).rejects.toThrow(
    /^web: the engine does not limit it to 20 processes: .*no such container.*; npm run up tries again$/i,
  );
});
