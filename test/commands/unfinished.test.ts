import type Docker from "dockerode";
import type { Deployment } from "../../commands/state";
import { removeUnfinished, removeUnknown, unfinishedOf } from "../../commands/unfinished";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

/** An operation that was under way. */
const pending = (type: string, resource: string, name: unknown) => ({
  type,
  resource: { type: resource, inputs: { name } },
});

/** An engine with these containers and networks; what was removed. */
function engine(found: { Id: string; Names: string[] }[], networks: { Id: string; Name: string }[] = []) {
  const containers = found.map((one) => ({ ...one, Labels: {} }));
  const removed: string[] = [];
  const removing = (kind: string) => (id: string) => ({
    remove: (options?: object) => Promise.resolve(void removed.push(`${kind} ${id} ${JSON.stringify(options)}`)),
  });
  const asked: unknown[] = [];
  const list = (found: object[]) => (options: unknown) => Promise.resolve((asked.push(options), found));
  const docker = {
    listContainers: list(containers),
    listNetworks: list(networks),
    listVolumes: (options: unknown) => Promise.resolve((asked.push(options), { Volumes: [] })),
    getContainer: removing("container"),
    getNetwork: removing("network"),
  } as unknown as Docker;
  return { docker, removed, asked };
}

describe("what a killed update was making", () => {
  it("is nothing after one that ended by itself", () => {
    expect(unfinishedOf({})).toEqual([]);
    expect(unfinishedOf({ pending_operations: [] })).toEqual([]);
  });

  it("is its containers, then its networks", () => {
    const operations = [pending("creating", NETWORK, "p-s-edge"), pending("creating", CONTAINER, "p-s-traefik")];
    expect(unfinishedOf({ pending_operations: operations })).toEqual([
      { kind: "container", name: "p-s-traefik" },
      { kind: "network", name: "p-s-edge" },
    ]);
  });

  it.each([
    ["was removed", pending("deleting", CONTAINER, "p-s-traefik")],
    ["was changed", pending("updating", CONTAINER, "p-s-traefik")],
    ["can be made twice", pending("creating", "docker:index/volume:Volume", "p-s-workspace")],
    ["is a command", pending("creating", "command:local:Command", undefined)],
    ["has no name of its own", pending("creating", CONTAINER, undefined)],
  ])("is not what %s", (_what, operation) => {
    expect(unfinishedOf({ pending_operations: [operation] })).toEqual([]);
  });
});

describe("the removal", () => {
  const deployment: Deployment = {
    resources: [{ type: "pulumi:pulumi:Stack" }, { type: CONTAINER, id: "known" }],
    pending_operations: [pending("creating", NETWORK, "p-s-edge"), pending("creating", CONTAINER, "p-s-traefik")],
  };

  it("takes what has exactly that name and is not in the state", async () => {
    const { docker, removed } = engine(
      [
        { Id: "known", Names: ["/p-s-traefik"] },
        { Id: "stray", Names: ["/p-s-traefik"] },
        { Id: "longer", Names: ["/p-s-traefik-2"] },
      ],
      [
        { Id: "net", Name: "p-s-edge" },
        { Id: "longer", Name: "p-s-edge-2" },
      ],
    );
    expect(await removeUnfinished(docker, deployment)).toEqual(["container p-s-traefik", "network p-s-edge"]);
    expect(removed).toEqual(['container stray {"force":true,"v":true}', "network net undefined"]);
  });

  it("finds nothing where the update was killed before it began", async () => {
    const { docker, removed } = engine([]);
    expect(await removeUnfinished(docker, deployment)).toEqual([]);
    expect(removed).toEqual([]);
  });
});

describe("after a damaged state", () => {
  it("everything of the stack goes that the older state does not know, containers first", async () => {
    const { docker, removed, asked } = engine(
      [
        { Id: "known", Names: ["/p-s-traefik"] },
        { Id: "stray", Names: ["/p-s-mcp-router"] },
      ],
      [
        { Id: "known-net", Name: "p-s-edge" },
        { Id: "net", Name: "p-s-mcp" },
      ],
    );
    const resources = ["known", "known-net"].map((id) => ({ type: CONTAINER, id }));
    expect(await removeUnknown(docker, "s", { resources })).toEqual(["container p-s-mcp-router", "network p-s-mcp"]);
    expect(removed).toEqual(['container stray {"force":true,"v":true}', "network net undefined"]);
    const filters = { label: ["mcp-stack.project=mcp-gateway-stack", "mcp-stack.stack=s"] };
    expect(asked).toEqual([{ all: true, filters }, { filters }, { filters }]);
  });
});
