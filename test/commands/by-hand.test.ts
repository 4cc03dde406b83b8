import { changedByHand, type Present } from "../../commands/by-hand";
import type { Deployment } from "../../commands/state";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";

const STATE: Deployment = {
  resources: [
    { type: "pulumi:pulumi:Stack" },
    { type: NETWORK, id: "n1", inputs: { name: "p-s-edge" } },
    { type: VOLUME, id: "p-s-work", inputs: { name: "p-s-work" } },
    {
      type: CONTAINER,
      id: "c1",
      inputs: { name: "p-s-traefik", networksAdvanced: [{ name: "p-s-edge" }] },
    },
  ],
};
const NOTHING = { remove: [], lines: [] };

interface Changes {
  readonly state?: string;
  /** Network of the container by its id; "": none. */
  readonly on?: string;
  readonly gone?: "container" | "network" | "volume";
}
const present = ({ state = "running", on = "n1", gone }: Changes = {}): Present => {
  const NetworkSettings = { Networks: on === "" ? {} : { "p-s-edge": { NetworkID: on } } };
  return {
    containers: gone === "container" ? [] : [{ Id: "c1", State: state, NetworkSettings }],
    networks: gone === "network" ? [] : [{ Id: "n1", Name: "p-s-edge" }],
    volumes: gone === "volume" ? [] : [{ Name: "p-s-work" }],
  } as unknown as Present;
};

describe("what was changed by hand", () => {
  it.each<[string, Changes]>([
    ["a stack as it was made", {}],
    ["a container that the engine starts again and again", { state: "restarting" }],
    ["a container of Podman, which tells a network's name in the place of its id", { on: "p-s-edge" }],
  ])("is nothing of %s", (_what, changes) => {
    expect(changedByHand(STATE, present(changes))).toEqual(NOTHING);
  });

  it.each<[string, Changes, string]>([
    ["a container", { gone: "container" }, "p-s-traefik is gone"],
    ["a volume", { gone: "volume" }, "p-s-work is gone"],
  ])("asks for a look when %s is gone", (_what, changes, line) => {
    expect(changedByHand(STATE, present(changes))).toEqual({ remove: [], lines: [line] });
  });

  it("asks for the removal of containers when their network is gone", () => {
    expect(changedByHand(STATE, present({ gone: "network" }))).toEqual({
      remove: ["c1"],
      lines: ["p-s-edge is gone", "p-s-traefik is not on p-s-edge"],
    });
  });

  it.each<[string, Changes, string]>([
    ["was taken off its network", { on: "" }, "p-s-traefik is not on p-s-edge"],
    ["is on one of the same name that was there before", { on: "n0" }, "p-s-traefik is not on p-s-edge"],
    ["was stopped", { state: "exited" }, "p-s-traefik is exited"],
    ["was paused", { state: "paused" }, "p-s-traefik is paused"],
  ])("asks for the removal of a container that %s", (_what, changes, line) => {
    expect(changedByHand(STATE, present(changes))).toEqual({
      remove: ["c1"],
      lines: [line],
    });
  });

  it("is nothing of what only waits for its removal, or of a state without resources", () => {
    const resources = STATE.resources?.map((one) => ({ ...one, delete: true }));
    expect(changedByHand({ resources }, present({ gone: "container" }))).toEqual(NOTHING);
    expect(changedByHand({}, present())).toEqual(NOTHING);
  });
});
