import type Docker from "dockerode";
import { logText, showFailedServices } from "../../commands/failed-services";

/** A part of a log as engines frame it: stream, three zeros, length, text. */
function frame(text: string, stream = 1): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("the text of a log", () => {
  it.each([
    ["of no frame", Buffer.alloc(0), ""],
    ["of both streams in their order", Buffer.concat([frame("one\n"), frame("two\n", 2)]), "one\ntwo\n"],
    ["of an empty frame", Buffer.concat([frame(""), frame("x")]), "x"],
    ["of a long frame", frame("x".repeat(70_000)), "x".repeat(70_000)],
    ["in other scripts", frame("größer 数\n"), "größer 数\n"],
    ["that breaks off in a head", Buffer.concat([frame("whole\n"), Buffer.alloc(5)]), "whole\n"],
    ["that breaks off in its text", frame("whole").subarray(0, 10), "wh"],
  ])("%s is its frames' text", (_what, frames, expected) => {
    expect(logText(frames)).toBe(expected);
  });
});

describe("after a failed update", () => {
  const STACK = { project: "mcp-gateway-stack", stack: "dev" };

  /** A container of a service and its state, as engines tell it. */
  const container = (service: string, state: object, RestartCount = 0) => ({
    RestartCount,
    list: { Id: `id-${service}`, Labels: { "mcp-stack.service": service } },
    State: { Running: false, Restarting: false, OOMKilled: false, ExitCode: 0, ...state },
  });

  /** What is said about these containers. */
  async function said(
    containers: ReturnType<typeof container>[],
    { logs = "", shown = [] }: { readonly logs?: string; readonly shown?: readonly string[] } = {},
  ) {
    const [lines, asked]: [string[], unknown[]] = [[], []];
    const docker = {
      listContainers: (options: unknown) => Promise.resolve((asked.push(options), containers.map(({ list }) => list))),
      getContainer: (id: string) => ({
        logs: (options: unknown) => Promise.resolve((asked.push(options), logs === "" ? Buffer.alloc(0) : frame(logs))),
        exec: () => Promise.reject(new Error("not found")),
        inspect: () => Promise.resolve({ Config: {}, ...containers.find(({ list }) => list.Id === id) }),
      }),
    } as unknown as Docker;
    await showFailedServices(docker, STACK, new Set(shown), (line) => lines.push(line));
    return { lines, asked };
  }

  it("a service that does not run says its last 15 lines, of both streams", async () => {
    const crashing = container("traefik", { Status: "restarting", Running: true, Restarting: true, ExitCode: 1 });
    const { lines, asked } = await said([crashing], { logs: "one\ntwo\n" });
    expect(lines).toEqual(["\ntraefik (restarting, exit code 1) said last:", "    one", "    two"]);
    expect(asked).toEqual([
      { all: true, filters: { label: ["mcp-stack.project=mcp-gateway-stack", "mcp-stack.stack=dev"] } },
      { stdout: true, stderr: true, tail: 15 },
    ]);
  });

  it.each([
    ["exited, exit code 137, out of memory", { Status: "exited", ExitCode: 137, OOMKilled: true }],
    ["dead, exit code 255", { Status: "dead", ExitCode: 255 }],
    ["never started", { Status: "created" }],
    ["running, unhealthy", { Status: "running", Running: true, Health: { Status: "unhealthy" } }],
    ["running, starting", { Status: "running", Running: true, Health: { Status: "starting" } }],
  ])("a service counts as failed that is %s", async (how, state) => {
    expect((await said([container("web", state)])).lines).toEqual([`\nweb (${how}) said nothing`]);
  });

  it.each([
    ["has no check", {}],
    ["is healthy", { Health: { Status: "healthy" } }],
  ])("a service that runs and %s says nothing", async (_what, state) => {
    expect((await said([container("web", { Status: "running", Running: true, ...state })])).lines).toEqual([]);
  });

  it.each([
    ["lately counts as failed, though it runs at the moment", 59, ["\nweb (running, restarted 3 times) said nothing"]],
    ["long ago does not", 61, []],
  ])("a service without a check that was started again %s", async (_what, seconds, lines) => {
    const StartedAt = new Date(Date.now() - seconds * 1000).toISOString();
    expect((await said([container("web", { Status: "running", Running: true, StartedAt }, 3)])).lines).toEqual(lines);
  });

  it("a service whose log was shown before is not repeated", async () => {
    const ended = { Status: "exited", ExitCode: 1 };
    const { lines } = await said([container("traefik", ended), container("web", ended)], { shown: ["id-traefik"] });
    expect(lines).toEqual(["\nweb (exited, exit code 1) said nothing"]);
  });
});
