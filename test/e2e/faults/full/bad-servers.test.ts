/** Catalog servers that misbehave: the others go on as if these were not there, and what is at fault is named. */
import { PROCESSES } from "../../../../services/spec";
import { BAD, checkoutWithBadServers, removeDoubleImages } from "../../../support/bad-server-double";
import type { Checkout } from "../../../support/checkout";
import { eventually } from "../../../support/eventually";
import { runInside } from "../../../support/inside";
import { openSession, withSession } from "../../../support/mcp-client";
import { createStack, type TestStack, idsByService } from "../../../support/stack";

jest.setTimeout(300_000);

let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = checkoutWithBadServers();
  const servers = ["time", ...BAD.map((how) => `double-${how}`)].join();
  stack = await createStack({ servers }, { prefix: "bad", root: checkout.root });
});
afterAll(async () => {
  await stack?.remove();
  if (stack !== undefined) await removeDoubleImages(stack.docker);
  checkout?.remove();
});

const mcp = (): string => stack.url("/mcp");
const works = (): Promise<string> => withSession(mcp(), ({ call }) => call("get_current_time", { timezone: "UTC" }));
const containerOf = async (service: string) =>
  stack.docker.getContainer((await idsByService(stack))[service] ?? service);
const logOf = async (service: string): Promise<string> =>
  (await stack.succeed("mcp-logs", service, "--tail", "all")).output;

describe("an update with servers that misbehave", () => {
  it("succeeds, and offers the tools of all that can be asked", async () => {
    await stack.succeed("up");
    const tools = await withSession(mcp(), (session) => session.toolNames());
    const own = ["die_tool", "flood_tool", "fork_tool", "leak_tool", "stall_tool"];
    expect(tools).toEqual([...own, "convert_time", "get_current_time"].sort());
  });

  it("names those that cannot start in the gateway's log, and says why in theirs", async () => {
    const gateway = await logOf("mcp-gateway");
    for (const server of ["double-crash", "double-hang"]) expect(gateway).toMatch(new RegExp(`Can't start ${server}`));
    expect(await logOf("mcp-double-crash")).toContain("bad-server-double: no database");
  });
});

describe("a server that ends in the middle of a call", () => {
  it("fails that call, and serves the next session", async () => {
    const session = await openSession(mcp());
    await expect(session.call("die_tool")).rejects.toThrow();
    expect(await session.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
    await session.end();
    await works();
  });
});

describe("a server that never answers a call", () => {
  it("holds up nobody else, in the same session neither", async () => {
    const session = await openSession(mcp());
    const call = session.client.callTool({ name: "stall_tool" }, undefined, { timeout: 5_000 });
    const ended = expect(call).rejects.toMatchObject({ code: -32001 });
    expect(await session.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
    await works();
    await ended;
    await session.end();
    await works();
  });
});

describe("a server that floods its output", () => {
  it("harms no other, and its log stays within its limit", async () => {
    const session = await openSession(mcp());
    const call = session.call("flood_tool").catch((error: unknown) => String(error));
    expect(await works()).toContain("UTC");
    expect(typeof (await call)).toBe("string");
    await session.end();
    const { Config, HostConfig, State } = await (await containerOf("mcp-double-flood")).inspect();
    expect(HostConfig.LogConfig).toEqual({ Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } });
    expect([Config.Labels["mcp-stack.service"], State.Running]).toEqual(["mcp-double-flood", true]);
    await works();
  });
});

describe("a server that leaks processes", () => {
  const leaked = async (): Promise<number> => {
    const { output } = await runInside(await containerOf("mcp-double-leak"), ["sh", "-c", "cat /proc/[0-9]*/comm"]);
    return output.split("\n").filter((name) => name === "sleep").length;
  };

  it("loses them with the sessions that made them", async () => {
    for (let round = 0; round < 5; round++) await withSession(mcp(), ({ call }) => call("leak_tool"));
    await eventually(async () => expect(await leaked()).toBe(0));
    expect(await works()).toContain("UTC");
  });
});

describe("a server that starts processes without end", () => {
  it("gets no more than its service may have; others go on, and it serves the next session", async () => {
    const container = await containerOf("mcp-double-fork");
    const { PidsLimit = 0 } = (await container.inspect()).HostConfig;
    expect(PidsLimit).toBe(PROCESSES);
    const session = await openSession(mcp());
    const started = Number(/^EAGAIN after (\d+)$/.exec(await session.call("fork_tool"))?.[1]);
    expect(started).toBeLessThan(PidsLimit);
    expect(started).toBeGreaterThan(PidsLimit / 2);
    expect(await works()).toContain("UTC");
    await session.end();
    await eventually(async () => {
      expect(((await container.top()) as { Processes: unknown[] }).Processes.length).toBeLessThan(10);
    });
    await eventually(async () => {
      expect(await withSession(mcp(), ({ call }) => call("fork_tool"))).toMatch(/^EAGAIN after/);
    });
  });
});

describe("after all of this", () => {
  it("a plain up has nothing to do", async () => {
    const before = await idsByService(stack);
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
    expect(await idsByService(stack)).toEqual(before);
    expect(await works()).toContain("UTC");
  });

  it("an update without them leaves nothing of them", async () => {
    stack.configure({ servers: "time" });
    await stack.succeed("up");
    expect(Object.keys(await idsByService(stack)).filter((name) => name.includes("double"))).toEqual([]);
    expect(await withSession(mcp(), (session) => session.toolNames())).toEqual(["convert_time", "get_current_time"]);
    await stack.succeed("mcp-status");
  });
});
