import type Docker from "dockerode";
import { findOfStack, inWords, removeThing, type Finder, type Thing } from "../../engines/of-stack";

const BIND = { o: "bind", type: "none", device: "/data/workspace" };

/** A fake engine that lists what it is given, and keeps what it was asked. */
function fakeFinder() {
  const asked: unknown[] = [];
  const list =
    (answer: unknown) =>
    (options: unknown): Promise<unknown> => (asked.push(options), Promise.resolve(answer));
  const docker = {
    listContainers: list([
      { Id: "c1", Names: ["/p-s-traefik"], Labels: { "mcp-stack.service": "traefik" } },
      { Id: "c2", Names: ["/eager_hopper"], Labels: { "mcp-stack.service": "mcp-server" } },
    ]),
    listNetworks: list([{ Id: "n1", Name: "p-s-edge" }]),
    listVolumes: list({
      Volumes: [
        { Name: "p-s-workspace", Options: BIND },
        { Name: "with-data", Options: null },
        { Name: "of-a-driver", Options: { type: "nfs", o: "addr=192.0.2.1" } },
      ],
    }),
  };
  return { docker: docker as unknown as Finder, asked };
}

describe("what an engine has of a stack", () => {
  it("is its containers, networks, and volumes that are only names of directories, by both labels", async () => {
    const { docker, asked } = fakeFinder();
    expect(await findOfStack(docker, { project: "p", stack: "s" })).toEqual([
      { kind: "container", id: "c1", name: "p-s-traefik" },
      { kind: "container", id: "c2", name: "eager_hopper", isServer: true },
      { kind: "network", id: "n1", name: "p-s-edge" },
      { kind: "volume", id: "p-s-workspace", name: "p-s-workspace" },
    ]);
    const filters = { label: ["mcp-stack.project=p", "mcp-stack.stack=s"] };
    expect(asked).toEqual([{ all: true, filters }, { filters }, { filters }]);
  });
});

describe("a removal", () => {
  /** A fake engine whose removals end so. */
  const fakeRemover = (result: () => Promise<unknown>): Docker =>
    ({ getContainer: () => ({ remove: result }), getNetwork: () => ({ remove: result }) }) as unknown as Docker;
  const failing = (statusCode: number, message: string): Docker =>
    fakeRemover(() => Promise.reject(Object.assign(new Error(message), { statusCode })));
  const container: Thing = { kind: "container", id: "c1", name: "p-s-traefik" };
  const network: Thing = { kind: "network", id: "n1", name: "p-s-edge" };

  it.each([
    [404, "no such container"],
    [409, "removal of container c1 is already in progress"],
  ])("of what goes by itself (%d) is none", async (status, message) => {
    await expect(removeThing(failing(status, message), container)).resolves.toBeUndefined();
  });

  it("that the engine refuses names the thing, and why", async () => {
    await expect(removeThing(failing(403, "network p-s-edge has active endpoints"), network)).rejects.toThrow(
      "the network p-s-edge cannot be removed: network p-s-edge has active endpoints",
    );
  });
});

it("is told as kind and name", () => {
  expect(inWords({ kind: "volume", id: "v", name: "v" })).toBe("volume v");
});
