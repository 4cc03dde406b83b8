import type Docker from "dockerode";
import { observe, readContainers, usageBetween } from "../../../commands/status/observe";
import type { ReadEngine } from "../../../engines/read";

const CONTAINER = {
  Id: "abc",
  Name: "/p-dev-web",
  Image: "sha256:1",
  State: { Running: true, Pid: 0, StartedAt: "2026-01-01T00:00:00Z" },
};

/** An engine with these answers, and the paths that it was asked for. */
function engine(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const read = ((path: string) => {
    asked.push(path);
    const answer = answers[path];
    return answer === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(answer);
  }) as ReadEngine;
  return { read, asked };
}

const STATS = "/containers/abc/stats?stream=false&one-shot=true";
const stats = (read: string, cpu: number): object => ({
  read,
  cpu_stats: { cpu_usage: { total_usage: cpu } },
  memory_stats: { usage: 900, stats: { inactive_file: 400 } },
});

it("containers are found by the stack's labels", async () => {
  const filters = '{"label":["mcp-stack.project=p","mcp-stack.stack=dev"]}';
  const { read, asked } = engine({ [`/containers/json?all=true&filters=${encodeURIComponent(filters)}`]: [] });
  expect(await readContainers(read, { project: "p", stack: "dev" })).toEqual([]);
  expect(asked).toHaveLength(1);
});

it("use comes from the engine where the kernel's files are out of reach: since the start, then since the last look", async () => {
  const answers: Record<string, unknown> = {
    "/containers/abc/json": CONTAINER,
    "/images/sha256:1/json": { Config: { Env: ["PATH=/bin"], Labels: null } },
    [STATS]: stats("2026-01-01T00:00:10Z", 1e9),
  };
  const { read } = engine(answers);
  const samples = new Map();
  const list = [{ Id: "abc" }] as Docker.ContainerInfo[];
  const first = (await observe(read, list, samples)).get("p-dev-web");
  expect([first?.usage, first?.image]).toEqual([
    { cpuPercent: 10, memoryBytes: 500 },
    { environment: ["PATH=/bin"], labels: {} },
  ]);
  answers[STATS] = stats("2026-01-01T00:00:12Z", 2e9);
  expect((await observe(read, list, samples)).get("p-dev-web")?.usage?.cpuPercent).toBe(50);
});

it("a container whose figures cannot be had is shown all the same", async () => {
  const { read } = engine({ "/containers/abc/json": CONTAINER });
  const found = (await observe(read, [{ Id: "abc" }] as Docker.ContainerInfo[])).get("p-dev-web");
  expect([found?.usage, found?.image]).toEqual([undefined, { environment: [], labels: {} }]);
});

it("a share of the processor is never below nothing", () => {
  const at = (ms: number, cpuNanoseconds: number) => ({ at: ms, cpuNanoseconds, memoryBytes: 1 });
  expect(usageBetween(at(0, 100), at(1000, 0)).cpuPercent).toBe(0);
  expect(usageBetween(at(0, 0), at(0, 0)).cpuPercent).toBe(0);
});
