/** What ends in the middle: the update, by Ctrl-C or by force. The next plain `npm run up` goes on by itself. */
import { withSession } from "../../support/mcp-client";
import { createStack, type TestStack } from "../../support/stack";

jest.setTimeout(240_000);

let stack: TestStack;
beforeEach(async () => {
  stack = await createStack({ servers: "time" });
});
afterEach(() => stack.remove());

/** The stack is whole: a tool answers, and Pulumi has nothing to do. */
async function healed(): Promise<void> {
  await stack.succeed("up");
  const answer = await withSession(stack.url("/mcp"), ({ call }) => call("get_current_time", { timezone: "UTC" }));
  expect(answer).toContain("UTC");
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
  if (code !== 0) throw new Error(output);
}

it.each([
  ["networks are being made", /docker:index:Network mcp creat/],
  ["the first container is being started", /docker:index:Container mcp-gateway creating/],
  ["the last container is being started", /docker:index:Container traefik creating/],
])("Ctrl-C while %s ends the update, says so, and the next up goes on", async (_when, moment) => {
  const up = stack.start("up");
  await up.waitFor(moment);
  up.signal("SIGINT");
  const { code, output } = await up.done;
  expect(code).not.toBe(0);
  expect(output).toContain("npm run up goes on from here");
  await healed();
});

it("a second Ctrl-C ends it at once, and the next up goes on", async () => {
  const up = stack.start("up");
  await up.waitFor(/docker:index:Container mcp-gateway creating/);
  up.signal("SIGINT");
  await up.waitFor(/\^C|interrupt|cancel/i);
  up.signal("SIGINT");
  expect((await up.done).code).not.toBe(0);
  await healed();
});

it.each([
  ["while a container is being started", /docker:index:Container mcp-gateway creating/],
  ["while files are being written", /command:local:Command \S+ creating/],
])("a killed update (%s) leaves a lock and half-made resources, which the next up clears up", async (_when, moment) => {
  const up = stack.start("up");
  await up.waitFor(moment);
  up.signal("SIGKILL");
  expect((await up.done).code).toBeNull();
  await healed();
});
