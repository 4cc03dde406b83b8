/** A gateway with the engine's socket: it starts a container for each session of a server, and leaves none behind. */
import { SERVER_SESSIONS } from "../../services/mcp-gateway";
import { eventually } from "../support/eventually";
import { openSession, withSession } from "../support/mcp-client";
import { createStack, type TestStack } from "../support/stack";

jest.setTimeout(240_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ gatewayMode: "socket", servers: "time,memory" }, { prefix: "socket" });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
/** Containers that the gateway started for one catalog server. */
const serverContainers = async (name: string): Promise<string[]> =>
  (await stack.containers("mcp-server")).filter(({ Labels }) => Labels["docker-mcp-name"] === name).map(({ Id }) => Id);

it("a second preview is empty, also after a refresh", async () => {
  const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
  if (code !== 0) throw new Error(output);
});

describe("a client", () => {
  it("that comes and goes many times leaves no server containers behind", async () => {
    for (let round = 0; round < 8; round++) {
      await withSession(mcp(), async ({ call }) => {
        await call("get_current_time", { timezone: "UTC" });
        await call("read_graph");
      });
    }
    await eventually(async () =>
      expect([...(await serverContainers("time")), ...(await serverContainers("memory"))]).toEqual([]),
    );
  });

  it("that never says goodbye takes up no more than its server's share of containers", async () => {
    for (let round = 0; round < SERVER_SESSIONS + 3; round++) {
      const { client, call } = await openSession(mcp());
      await call("get_current_time", { timezone: "UTC" });
      await client.close();
    }
    expect(await serverContainers("time")).toHaveLength(SERVER_SESSIONS);
  });

  it("may manage servers where gatewayDynamicTools lets it", async () => {
    stack.configure({ gatewayDynamicTools: true });
    await stack.succeed("up");
    expect(await withSession(mcp(), (session) => session.toolNames())).toEqual(expect.arrayContaining(["mcp-add"]));
    stack.configure({});
  });
});

describe("down", () => {
  it("removes what the gateway started", async () => {
    const session = await openSession(mcp());
    await session.call("get_current_time", { timezone: "UTC" });
    expect((await stack.containers("mcp-server")).length).toBeGreaterThan(0);
    await stack.succeed("down");
    await session.client.close();
    expect(await stack.containers()).toEqual([]);
  });
});
