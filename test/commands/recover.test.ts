import { summary } from "../../commands/recover";
import type { Thing } from "../../engines/of-stack";

const TRAEFIK: Thing = { kind: "container", id: "c1", name: "p-s-traefik" };
const SERVER: Thing = { kind: "container", id: "c2", name: "eager_hopper", isServer: true };
const EDGE: Thing = { kind: "network", id: "n1", name: "p-s-edge" };
const stateOf = (...ids: string[]) => ({ deployment: { resources: ids.map((id) => ({ type: "any", id })) } });

const END = "These are removed, and the state begins anew. Data and secrets below dataDir stay.";

it("there is nothing to recover where neither engine nor state has anything", () => {
  expect(summary("s", { things: [], state: stateOf() })).toBeUndefined();
  expect(summary("s", { things: [], state: { deployment: {} } })).toBeUndefined();
});

it("what a lost state does not know is listed", () => {
  expect(summary("s", { things: [TRAEFIK, EDGE], state: stateOf() })).toBe(
    [
      "The state of the stack s has 0 resources, and does not know 2 of 2 things in the engine:",
      "  container p-s-traefik",
      "  network p-s-edge",
      END,
    ].join("\n"),
  );
});

it("a state that cannot be read is told as that, also where the engine has nothing", () => {
  expect(summary("s", { things: [], state: undefined })).toBe(
    `The state of the stack s cannot be read, and does not know 0 of 0 things in the engine:\n${END}`,
  );
});

it("an older state knows some", () => {
  expect(summary("s", { things: [TRAEFIK, EDGE], state: stateOf("n1") })).toContain(
    "does not know 1 of 2 things in the engine:\n  container p-s-traefik\n  network p-s-edge (known)\n",
  );
});

it("a state that knows all but the gateway's own servers needs none of it", () => {
  expect(summary("s", { things: [TRAEFIK, SERVER, EDGE], state: stateOf("c1", "n1") })).toContain(
    "It knows all of them: npm run up or npm run down would do, without this.",
  );
  expect(summary("s", { things: [TRAEFIK, EDGE], state: stateOf("n1") })).not.toContain("without this");
});
