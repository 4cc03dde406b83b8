import type { EngineEvent } from "../../../commands/progress/events";
import { Progress, summaryLine } from "../../../commands/progress/rows";

const CONTAINER = "docker:index/container:Container";
const urnOf = (type: string, name: string): string => `urn:pulumi:dev::p::mcp-stack:components:X$${type}::${name}`;
const before = (op: string, name: string, type = CONTAINER): EngineEvent => ({
  resourcePreEvent: { metadata: { op, urn: urnOf(type, name) } },
});
const after = (op: string, name: string, type = CONTAINER, inputs: object = { wait: true }): EngineEvent => ({
  resOutputsEvent: { metadata: { op, urn: urnOf(type, name), new: { inputs } } },
});
const failed = (op: string, name: string): EngineEvent => ({
  resOpFailedEvent: { metadata: { op, urn: urnOf(CONTAINER, name) } },
});
const says = (message: string, more: object): EngineEvent => ({
  diagnosticEvent: { message, severity: "info", ...more },
});

/** Feeds events a second apart; the rows a second after the last. */
function rowsAfter(services: readonly string[], ...events: readonly EngineEvent[]) {
  const progress = new Progress(services);
  events.forEach((event, index) => progress.add(event, index * 1000));
  return progress.rows(events.length * 1000);
}

describe("rows of an update", () => {
  it("are the services, which wait for their turn, in the given order", () => {
    expect(rowsAfter(["traefik", "mcp-router"])).toEqual([
      { name: "traefik", service: true, state: "waiting", what: "waiting", note: "", seconds: 0, since: undefined },
      { name: "mcp-router", service: true, state: "waiting", what: "waiting", note: "", seconds: 0, since: undefined },
    ]);
  });

  it.each([
    ["create", "starting", "healthy"],
    ["create-replacement", "starting", "healthy"],
    ["update", "updating", "updated"],
    ["delete", "stopping", "removed"],
  ])("say of %s: %s, then %s, and how long it took", (op, during, then) => {
    expect(rowsAfter(["a"], before(op, "a"))[0]).toMatchObject({ state: "working", what: during, seconds: 1 });
    expect(rowsAfter(["a"], before(op, "a"), after(op, "a"))[0]).toMatchObject({
      state: "done",
      what: then,
      seconds: 1,
    });
  });

  it("call a service started, and not healthy, that has no check to pass", () => {
    const events = [before("create", "a"), after("create", "a", CONTAINER, {})];
    expect(rowsAfter(["a"], ...events)[0]).toMatchObject({ state: "done", what: "started" });
  });

  it("call what is no container done", () => {
    const type = "command:local:Command";
    const events = [before("create", "a-files", type), after("create", "a-files", type, { stdin: "{}" })];
    expect(rowsAfter([], ...events)[0]).toMatchObject({ service: false, state: "done", what: "done" });
  });

  it("add up both halves of a replacement, in between which the service waits", () => {
    const half = [before("delete-replaced", "a"), after("delete-replaced", "a")];
    expect(rowsAfter(["a"], ...half)[0]).toMatchObject({ state: "waiting", what: "stopped", seconds: 1 });
    const whole = [...half, before("replace", "a"), after("replace", "a"), before("create-replacement", "a")];
    expect(rowsAfter(["a"], ...whole)[0]).toMatchObject({ state: "working", what: "starting", seconds: 2 });
  });

  it("call a service unchanged that the update left alone, and failed what failed", () => {
    expect(rowsAfter(["a"], before("same", "a"), after("same", "a"))[0]).toMatchObject({
      state: "same",
      what: "unchanged",
    });
    expect(rowsAfter(["a"], before("create", "a"), failed("create", "a"))[0]).toMatchObject({
      state: "failed",
      what: "failed",
      seconds: 1,
    });
  });

  it("have other resources by their kind, and leave out components, providers and what stays the same", () => {
    const rows = rowsAfter(
      [],
      before("create", "edge", "docker:index/network:Network"),
      before("create", "model-llama", "command:local:Command"),
      before("create", "ai", "mcp-stack:components:AiBundle"),
      before("create", "engine", "pulumi:providers:docker"),
      after("same", "workspace", "docker:index/volume:Volume"),
    );
    expect(rows.filter(({ state }) => state === "working").map(({ name, what }) => [name, what])).toEqual([
      ["network edge", "creating"],
      ["model-llama", "creating"],
    ]);
  });

  it("show a service that is removed, although it is not among those that will run", () => {
    expect(rowsAfter([], before("delete", "open-webui"))).toMatchObject([{ name: "open-webui", service: true }]);
  });

  it("carry what a step says of its progress until it ends", () => {
    const urn = urnOf(CONTAINER, "a");
    const note = says("starting for 2 s", { urn, ephemeral: true });
    expect(rowsAfter(["a"], before("create", "a"), note)[0]).toMatchObject({ note: "starting for 2 s" });
    expect(rowsAfter(["a"], before("create", "a"), note, after("create", "a"))[0]).toMatchObject({ note: "" });
  });
});

describe("remarks of an update", () => {
  const remark = (event: EngineEvent) => new Progress(["a"]).add(event, 0).remark;

  it("name what they concern, without the marks of Pulumi's colours", () => {
    expect(
      remark(says("<{%fg 1%}>no such image<{%reset%}>\n", { urn: urnOf(CONTAINER, "a"), severity: "error" })),
    ).toEqual({
      severity: "error",
      text: "a: no such image",
    });
  });

  it("are whole when they concern the stack", () => {
    expect(remark(says("two\nlines\n", { severity: "warning" }))).toEqual({ severity: "warning", text: "two\nlines" });
    expect(remark(says("config\n", {}))).toEqual({ severity: "info", text: "config" });
  });

  it.each([
    ["a message for developers", says("x", { severity: "debug" })],
    ["nothing", says("\n", {})],
    ["that the update failed, which its rows show", says("update failed", { severity: "error" })],
  ])("are not made of %s", (_what, event) => {
    expect(remark(event)).toBeUndefined();
  });
});

it.each([
  [{ same: 31 }, "Resources: 31 unchanged; 2 s"],
  [{ create: 3, same: 30, replace: 1 }, "Resources: 30 unchanged, 1 replaced, 3 created; 2 s"],
  [undefined, "Resources: none; 2 s"],
])("the summary of %j is %j", (resourceChanges, line) => {
  expect(summaryLine({ durationSeconds: 2, resourceChanges })).toBe(line);
});
