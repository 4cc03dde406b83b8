/**
 * Containers that end under load, each in turn, and a gateway that `up` replaces in the middle of a stream: calls under way end
 * by an error or an answer, clients start new sessions, and afterwards nobody gets 502 or 503.
 */
import { eventually } from "../../../support/eventually";
import { expectNoOrphan, sleep } from "../../../support/faults";
import { request } from "../../../support/http";
import { INITIALIZE, MCP_HEADERS } from "../../../support/initialize";
import { LoadClient, type Outcome } from "../../../support/load";
import { startLongCall, type Ending, type LongCall } from "../../../support/raw-call";
import { openSession, withSession } from "../../../support/mcp-client";
import { createStack, type TestStack, idsByService } from "../../../support/stack";

jest.setTimeout(240_000);

/** Milliseconds until a client gives up. */
const TIMEOUT = 30_000;
/** What a call to mcp-everything comes to when a service is killed: what is before the killed one answers with an error, at once. */
const SERVICES: readonly (readonly [string, Ending])[] = [
  ["traefik", "cut"],
  ["mcp-router", "failed"],
  ["mcp-gateway", "failed"],
  ["mcp-memory", "answered"],
  ["mcp-everything", "failed"],
  ["mcp-nixos-http", "answered"],
];

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: "memory,everything" }, { prefix: "load" });
  await stack.succeed("up");
  await withSession(mcp(), ({ call }) =>
    call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["before"] }] }),
  );
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
const inspect = async (service: string) =>
  stack.docker.getContainer((await idsByService(stack))[service] ?? service).inspect();

/** As the kernel does when memory is short: `docker kill` would count as the user's wish, and nothing would start it again. */
async function killContainer(service: string): Promise<void> {
  const { State } = await inspect(service);
  process.kill(State.Pid, "SIGKILL");
}

/** Also those of a test that failed end with it. */
const clients: LoadClient[] = [];
afterEach(async () => void (await Promise.all(clients.splice(0).map((client) => client.stop()))));

const callGraph = (): LoadClient => new LoadClient({ url: mcp(), tool: "read_graph", timeout: TIMEOUT });
const startLoad = (): void =>
  void clients.push(
    callGraph(),
    new LoadClient({ url: mcp(), tool: "echo", parameters: { message: "hello" }, timeout: TIMEOUT }),
    // An error as a result: it asks the internet. The call counts, not what it finds.
    new LoadClient({ url: stack.url("/mcp/nixos"), tool: "nix_versions", parameters: {}, timeout: TIMEOUT }),
  );

/** A call of so many seconds: it is under way when something is killed. */
const longCall = (seconds = 20): Promise<LongCall> =>
  startLongCall({
    url: mcp(),
    tool: "trigger-long-running-operation",
    parameters: { duration: seconds, steps: seconds },
    timeout: seconds * 1000 + TIMEOUT,
  });

/** Plain requests for a new session, one after the other: what they are answered with. */
async function statuses(path: string, count: number): Promise<number[]> {
  const headers = { ...MCP_HEADERS, host: "localhost" };
  const all: number[] = [];
  for (let round = 0; round < count; round++) {
    const { status, headers: answered } = await request(stack.port, path, {
      method: "POST",
      headers,
      body: INITIALIZE,
    });
    all.push(status);
    const id = answered["mcp-session-id"];
    if (typeof id === "string")
      await request(stack.port, path, { method: "DELETE", headers: { ...headers, "mcp-session-id": id } });
  }
  return all;
}

/** Afterwards nobody gets 502, 503 or anything else. */
async function everyoneIsServed(): Promise<void> {
  for (const path of ["/mcp", "/mcp/nixos"])
    expect(await statuses(path, 30)).toEqual(Array.from({ length: 30 }, () => 200));
}

const served = (calls: readonly Outcome[]): Outcome[] => calls.filter(({ error }) => error === undefined);

/** Every service runs, and is healthy or has no check. */
const recovered = async (): Promise<void> => {
  const states = (await stack.containers()).map(
    ({ State, Status }) => `${State} ${/\((?!healthy)\w+/.exec(Status) ?? ""}`,
  );
  expect(states).toEqual(states.map(() => "running "));
};

describe("a container that is killed while clients call tools", () => {
  it.each(SERVICES)(
    "%s: is started again, and the clients go on; a call that is under way: %s",
    async (service, ending) => {
      const before = await idsByService(stack);
      startLoad();
      await Promise.all(clients.map((client) => client.succeeds()));
      const long = await longCall();
      // So that it is under way all the way to its server.
      await sleep(5_000);
      await killContainer(service);
      await eventually(async () => expect((await inspect(service)).RestartCount).toBeGreaterThan(0));
      await eventually(recovered, 90);
      await Promise.all(clients.map((client) => client.succeeds()));
      expect(await long.ended).toMatchObject({ ending });
      await long.close();
      for (const client of clients) {
        const outcomes = await client.stop();
        expect(outcomes.filter((one) => one.ending === "given up")).toEqual([]);
        expect(served(outcomes).length).toBeGreaterThan(1);
      }
      await everyoneIsServed();
      expect(await withSession(mcp(), ({ call }) => call("read_graph"))).toContain("kept");
      expect(await idsByService(stack)).toEqual(before);
    },
  );

  it("of all of them leaves nothing for a plain up to do", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
    await stack.succeed("mcp-status");
    await expectNoOrphan(stack);
  });
});

describe("a gateway that up replaces in the middle of a stream", () => {
  it("ends the call that is under way; other clients get 404 and go on in a new session", async () => {
    clients.push(callGraph());
    // Longer than an update on a busy machine.
    const [idle, long] = [await openSession(mcp()), await longCall(120)];
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "UTC" } } } });
    await stack.succeed("up");
    expect(await long.ended).toMatchObject({ ending: "failed" });
    await expect(idle.toolNames()).rejects.toMatchObject({ code: 404 });
    await idle.client.close();
    await Promise.all(clients.map((client) => client.succeeds()));
    for (const client of clients) {
      const outcomes = await client.stop();
      expect(client.sessions).toBeGreaterThan(1);
      expect(outcomes.filter((one) => one.ending === "given up")).toEqual([]);
    }
    await long.close();
    await everyoneIsServed();
    expect(await withSession(mcp(), ({ call }) => call("read_graph"))).toContain("kept");
  });
});

describe("two hundred calls, one after the other", () => {
  it("leave no container and no process", async () => {
    const processes = async (): Promise<number[]> =>
      Promise.all(
        ["mcp-gateway", "mcp-memory"].map(async (service) => {
          const id = (await idsByService(stack))[service] ?? service;
          return ((await stack.docker.getContainer(id).top()) as { Processes: unknown[] }).Processes.length;
        }),
      );
    const before = await idsByService(stack);
    await eventually(async () => expect(await processes()).toEqual([2, 2]));
    await withSession(mcp(), async ({ call }) => {
      for (let round = 0; round < 200; round++) expect(await call("read_graph")).toContain("kept");
      // The session's own: its server, and what connects it.
      expect(Math.max(...(await processes()))).toBeLessThan(10);
    });
    await eventually(async () => expect(await processes()).toEqual([2, 2]));
    expect(await idsByService(stack)).toEqual(before);
  });
});
