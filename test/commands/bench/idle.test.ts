import type Docker from "dockerode";
import { aloneOptions } from "../../../commands/bench/alone";
import { checksPerSecond, idleResults } from "../../../commands/bench/idle";

const container = (networks: readonly string[], mode: string) =>
  ({
    Name: "/p-s-web",
    Config: {
      Image: "web@sha256:1",
      Cmd: ["serve"],
      Entrypoint: null,
      Env: ["A=b"],
      User: "1:1",
      WorkingDir: "/",
      Labels: { "mcp-stack.service": "web" },
      Healthcheck: { Test: ["CMD", "ask"] },
    },
    HostConfig: { NetworkMode: mode, Memory: 5, PortBindings: { "80/tcp": [{ HostPort: "80" }] }, CapDrop: ["ALL"] },
    NetworkSettings: { Networks: Object.fromEntries(networks.map((name) => [name, { Aliases: ["web", "0123"] }])) },
  }) as unknown as Docker.ContainerInspectInfo;

describe("an image alone", () => {
  it("is the container without check and port, by another name, with what else it has", () => {
    const options = aloneOptions(container(["front", "back"], "default"));
    expect(options).toMatchObject({
      name: "p-s-web-alone",
      Image: "web@sha256:1",
      Cmd: ["serve"],
      Env: ["A=b"],
      User: "1:1",
      Healthcheck: { Test: ["NONE"] },
      HostConfig: { NetworkMode: "front", Memory: 5, PortBindings: {}, CapDrop: ["ALL"] },
      NetworkingConfig: { EndpointsConfig: { front: { Aliases: ["web"] } } },
    });
    expect(options).not.toHaveProperty("Labels");
  });

  it("without a network stays without", () => {
    const options = aloneOptions(container(["none"], "none"));
    expect(options.HostConfig?.NetworkMode).toBe("none");
    expect(options).not.toHaveProperty("NetworkingConfig");
  });
});

it("the idle stack is compared by sums, by the engine, and by each service", () => {
  const stack = { services: { a: { cpu: 0.5, memoryMiB: 10 }, b: { cpu: 0.25, memoryMiB: 20 } }, engineCpu: 4 };
  const alone = { services: { a: { cpu: 0.125, memoryMiB: 8 }, b: { cpu: 0.25, memoryMiB: 16 } }, engineCpu: 2 };
  const rows = idleResults(60, 2, stack, alone).map(({ ours, yardstick }) => [ours, yardstick]);
  expect(rows).toEqual([
    [30, 24],
    [0.75, 0.375],
    [2, undefined],
    [4, 2],
    // 20 ms of each second, for two.
    [10, undefined],
    [10, 8],
    [20, 16],
    [0.5, 0.125],
    [0.25, 0.25],
  ]);
});

it("an engine that cannot be seen is left out", () => {
  const idle = { services: {}, engineCpu: undefined };
  expect(idleResults(60, 2, idle, idle).map(({ what }) => what)).not.toContainEqual(expect.stringContaining("engine"));
});

it("health checks of a second come from the intervals of those that have one", () => {
  expect(checksPerSecond([2e9, 0, 4e9])).toBe(0.75);
});
