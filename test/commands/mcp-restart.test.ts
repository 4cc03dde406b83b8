import { Readable } from "node:stream";
import type Docker from "dockerode";
import { waitHealthy } from "../../commands/mcp-restart";

const StartedAt = new Date().toISOString();
const RUNNING = { Running: true, Restarting: false, Status: "running", ExitCode: 0, StartedAt };

/** An engine whose container goes through these states and stays in the last; its own check ends with these exit codes. */
function engine(states: readonly object[], log = "", checks: readonly number[] = [1]): Docker {
  let [at, checked] = [0, 0];
  const exec = {
    start: () => Promise.resolve(Readable.from([])),
    inspect: () => Promise.resolve({ ExitCode: checks[Math.min(checked++, checks.length - 1)] }),
  };
  const head = Buffer.alloc(8);
  head.writeUInt32BE(Buffer.byteLength(log), 4);
  return {
    getContainer: () => ({
      inspect: () => Promise.resolve({ Config: {}, State: states[Math.min(at++, states.length - 1)] }),
      exec: () => Promise.resolve(exec),
      logs: () => Promise.resolve(Buffer.concat([head, Buffer.from(log)])),
    }),
  } as unknown as Docker;
}

const health = (Status: string): object => ({ ...RUNNING, Health: { Status } });

it("waits until the service is healthy, and says each change once", async () => {
  const lines: string[] = [];
  const docker = engine([health("starting"), health("starting"), health("healthy")]);
  await waitHealthy(docker, "1", "web", { seconds: 10, url: undefined, say: (line) => lines.push(line) });
  expect(lines).toEqual(["web: starting", "web: healthy"]);
});

it("does not wait for the engine to look when the service's own check passes", async () => {
  const lines: string[] = [];
  const docker = engine([health("starting")], "", [1, 0]);
  await waitHealthy(docker, "1", "web", { seconds: 10, url: undefined, say: (line) => lines.push(line) });
  expect(lines).toEqual(["web: starting", "web: healthy"]);
});

it("a service without a check and without an address is well when it keeps running, whatever the engine's clock says", async () => {
  const lines: string[] = [];
  const ended = { ...RUNNING, Running: false, Status: "exited", ExitCode: 1 };
  const docker = engine([RUNNING, ended, { ...RUNNING, StartedAt: "2001-01-01T00:00:00Z" }]);
  await waitHealthy(docker, "1", "web", { seconds: 2, url: undefined, say: (line) => lines.push(line) });
  expect(lines).toEqual(["web: running", "web: exited, exit code 1", "web: running", "web: healthy"]);
});

it("gives up in the end, with what the service said last", async () => {
  const docker = engine([health("unhealthy")], "no such file\ngiving up\n");
  const waiting = waitHealthy(docker, "1", "web", { seconds: 0.1, url: undefined, say: () => undefined });
  await expect(waiting).rejects.toThrow(
    "web is not healthy after 0.1 s (unhealthy). It said last:\n    no such file\n    giving up",
  );
});
