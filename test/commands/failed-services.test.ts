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

  /** A container of a service and how it ended. */
  const container = (service: string, State: string, Status: string) => ({
    Id: `id-${service}`,
    State,
    Status,
    Labels: { "mcp-stack.service": service },
  });

  /** What is said about these containers. */
  async function said(containers: object[], { logs = "", shown = [] as string[], outOfMemory = false } = {}) {
    const [lines, asked]: [string[], unknown[]] = [[], []];
    const docker = {
      listContainers: (options: unknown) => Promise.resolve((asked.push(options), containers)),
      getContainer: () => ({
        logs: (options: unknown) => Promise.resolve((asked.push(options), logs === "" ? Buffer.alloc(0) : frame(logs))),
        inspect: () => Promise.resolve({ State: { OOMKilled: outOfMemory } }),
      }),
    } as unknown as Docker;
    await showFailedServices(docker, STACK, new Set(shown), (line) => lines.push(line));
    return { lines, asked };
  }

  it("a service that does not run says its last 15 lines, of both streams", async () => {
    const { lines, asked } = await said([container("traefik", "restarting", "Restarting (1) 2 seconds ago")], {
      logs: "one\ntwo\n",
    });
    expect(lines).toEqual(["\ntraefik (Restarting (1) 2 seconds ago) said last:", "    one", "    two"]);
    expect(asked).toEqual([
      { all: true, filters: { label: ["mcp-stack.project=mcp-gateway-stack", "mcp-stack.stack=dev"] } },
      { stdout: true, stderr: true, tail: 15 },
    ]);
  });

  it("one that printed nothing is told by what ended it", async () => {
    const { lines } = await said([container("mcp-nixos-http", "exited", "Exited (137) 1 second ago")], {
      outOfMemory: true,
    });
    expect(lines).toEqual(["\nmcp-nixos-http (Exited (137) 1 second ago, out of memory) said nothing"]);
  });

  it.each([
    ["created", "Created"],
    ["dead", "Dead"],
    ["running", "Up 3 seconds (health: starting)"],
    ["running", "Up 3 minutes (unhealthy)"],
  ])("a service that is %s, %s, counts as failed", async (state, status) => {
    expect((await said([container("web", state, status)])).lines).toHaveLength(1);
  });

  it.each([
    ["running", "Up 3 seconds"],
    ["running", "Up 3 seconds (healthy)"],
  ])("a service that is %s, %s, says nothing", async (state, status) => {
    expect((await said([container("web", state, status)])).lines).toEqual([]);
  });

  it("a service whose log was shown before is not repeated", async () => {
    const containers = [container("traefik", "exited", "Exited (1)"), container("web", "exited", "Exited (1)")];
    expect((await said(containers, { shown: ["id-traefik"] })).lines).toEqual(["\nweb (Exited (1)) said nothing"]);
  });
});
