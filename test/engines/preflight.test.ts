import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import { ownerFaults, portFaults, wantedPorts, type WantedPort } from "../../engines/preflight";
import { freePort } from "../support/free-port";
import { spec } from "../support/spec";

const OWN = { "mcp-stack.project": "mcp-gateway-stack", "mcp-stack.stack": "dev" };

/** An engine that runs these containers. */
const engine = (...containers: Partial<Docker.ContainerInfo>[]): Docker =>
  ({ listContainers: () => Promise.resolve(containers) }) as unknown as Docker;

/** A container that publishes a port. */
const publishing = (port: number, address: string | undefined, labels: Record<string, string> = {}) => ({
  Names: ["/web"],
  Image: "nginx:1.30",
  Labels: labels,
  Ports: [
    { PrivatePort: 9000, Type: "tcp" },
    { PrivatePort: 80, PublicPort: port, Type: "tcp", ...(address === undefined ? {} : { IP: address }) },
  ] as Docker.Port[],
});

const wanted = (host: number, address = "127.0.0.1", key = "httpPort"): WantedPort => ({
  container: 8080,
  host,
  address,
  key,
});

/** Runs `work` while this process listens. */
async function listening<T>(address: string, work: (port: number) => Promise<T>): Promise<T> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: address }, resolve);
  });
  try {
    return await work((server.address() as net.AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const ME = `the process ${fs.readFileSync("/proc/self/comm", "utf8").trim()} (pid ${process.pid})`;

describe("a port that is free", () => {
  it("is no fault, and is free afterwards", async () => {
    const port = await freePort();
    expect(await portFaults(engine(), [wanted(port)], OWN)).toEqual([]);
    expect(await portFaults(engine(), [wanted(port)], OWN)).toEqual([]);
  });

  it.each([
    ["of another port", publishing(1, "0.0.0.0")],
    ["that publishes nothing", { ...publishing(1, "0.0.0.0"), Ports: [] }],
  ])("is free beside a container %s", async (_what, container) => {
    expect(await portFaults(engine(container), [wanted(await freePort())], OWN)).toEqual([]);
  });
});

describe("a port that a process holds", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["::", "127.0.0.1"],
  ])("on %s is a fault on %s that names the process and the key to change", async (held, asked) => {
    await listening(held, async (port) => {
      expect(await portFaults(engine(), [wanted(port, asked)], OWN)).toEqual([
        `httpPort: port ${port} on ${asked} is taken by ${ME}; stop it, or choose another port: pulumi config set httpPort PORT`,
      ]);
    });
  });

  it("is named by the override that asks for it", async () => {
    await listening("127.0.0.1", async (port) => {
      const [fault] = await portFaults(engine(), [wanted(port, "127.0.0.1", "overrides.traefik.hostPort")], OWN);
      expect(fault).toBe(
        `overrides.traefik.hostPort: port ${port} on 127.0.0.1 is taken by ${ME}; stop it, or choose another port: pulumi config set --path overrides.traefik.hostPort PORT`,
      );
    });
  });
});

describe("a port that a container publishes", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["::", "127.0.0.1"],
    [undefined, "127.0.0.1"],
  ])("on %s is a fault on %s that names it and its image", async (held, asked) => {
    const port = await freePort();
    expect(await portFaults(engine(publishing(port, held)), [wanted(port, asked)], OWN)).toEqual([
      `httpPort: port ${port} on ${asked} is taken by the container web (image nginx:1.30); stop it, or choose another port: pulumi config set httpPort PORT`,
    ]);
  });

  it("on another address is no fault", async () => {
    const port = await freePort();
    expect(await portFaults(engine(publishing(port, "127.0.0.9")), [wanted(port)], OWN)).toEqual([]);
  });

  it("is no fault when the container is this stack's, although the port is taken", async () => {
    await listening("127.0.0.1", async (port) => {
      const own = publishing(port, "127.0.0.1", { ...OWN, "mcp-stack.service": "traefik" });
      expect(await portFaults(engine(own), [wanted(port)], OWN)).toEqual([]);
    });
  });

  it("is a fault when the container is another stack's of the same project", async () => {
    const port = await freePort();
    const other = publishing(port, "127.0.0.1", { ...OWN, "mcp-stack.stack": "other" });
    expect(await portFaults(engine(other), [wanted(port)], OWN)).toHaveLength(1);
  });
});

describe("a bind address", () => {
  it("that is none of this machine is a fault of its own", async () => {
    // TEST-NET-1 (RFC 5737): no machine has it.
    expect(await portFaults(engine(), [wanted(await freePort(), "192.0.2.1")], OWN)).toEqual([
      'bindAddress: "192.0.2.1" is no address of this machine; set 127.0.0.1, 0.0.0.0 or one that "ip address" shows',
    ]);
  });
});

it("every port that is taken is reported", async () => {
  const ports = [await freePort(), await freePort()];
  const containers = ports.map((port) => publishing(port, "0.0.0.0"));
  const faults = await portFaults(
    engine(...containers),
    ports.map((port) => wanted(port)),
    OWN,
  );
  expect(faults.map((fault) => fault.slice(0, fault.indexOf(" on")))).toEqual(
    ports.map((port) => `httpPort: port ${port}`),
  );
});

it("a service's ports come with the key that chooses each of them", () => {
  const ports = [
    { container: 8080, host: 8811, address: "0.0.0.0" },
    { container: 8080, host: 9000, address: "127.0.0.1" },
  ];
  expect(wantedPorts(spec({ name: "traefik", ports }), { 8811: "httpPort" })).toEqual([
    { ...ports[0], key: "httpPort" },
    { ...ports[1], key: "overrides.traefik.hostPort" },
  ]);
});

describe("a data directory", () => {
  const owner = { project: "mcp-gateway-stack", stack: "dev", engine: "AAAA:BBBB" };
  let dataDir: string;
  beforeEach(() => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-preflight-"));
  });
  afterEach(() => fs.rmSync(dataDir, { recursive: true }));
  const mark = (content: string): void => fs.writeFileSync(path.join(dataDir, "owner.json"), content);

  it.each([undefined, JSON.stringify({ ...owner, generation: "x" })])("is taken when it is marked %j", (content) => {
    if (content !== undefined) mark(content);
    expect(ownerFaults(dataDir, owner)).toEqual([]);
  });

  it("is taken when it does not exist yet", () => {
    expect(ownerFaults(path.join(dataDir, "new"), owner)).toEqual([]);
  });

  it.each([
    ["stack", { ...owner, stack: "other" }, "other of mcp-gateway-stack"],
    ["project", { ...owner, project: "else" }, "dev of else"],
  ])("of another %s is refused, with a directory to set", (_what, found, whose) => {
    mark(JSON.stringify(found));
    expect(ownerFaults(dataDir, owner)).toEqual([
      `dataDir: "${dataDir}" belongs to the stack ${whose}, and two stacks must not share data; set another: pulumi config set dataDir .data-dev`,
    ]);
  });

  it("of another engine is refused, with what could be meant", () => {
    mark(JSON.stringify({ ...owner, engine: "CCCC" }));
    expect(ownerFaults(dataDir, owner)).toEqual([
      `dataDir: "${dataDir}" was last used with another container engine (CCCC; now AAAA:BBBB), where containers of this stack may still run on it. ` +
        "Set containerSocket to that engine, or dataDir to a new directory; " +
        `if that engine is gone, remove ${dataDir}/owner.json and try again`,
    ]);
  });

  it("whose mark is damaged is not taken for a new one", () => {
    mark("{");
    expect(() => ownerFaults(dataDir, owner)).toThrow(
      `${dataDir}/owner.json is not JSON; restore it, or remove it if you know that the data is this stack's`,
    );
  });
});
