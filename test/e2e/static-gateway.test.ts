/** Catalog servers as services of the stack: the same tools as by the gateway's own containers, without the engine's socket. */
import { DEFAULT_SERVERS } from "../../config";
import { SERVER_SESSIONS } from "../../services/mcp-gateway";
import { eventually } from "../support/eventually";
import { runInside } from "../support/inside";
import { openSession, withSession, type Session } from "../support/mcp-client";
import { startOutside } from "../support/outside";
import { createStack, type TestStack, idsByService } from "../support/stack";
import { unwell } from "../support/unwell";
import { planned } from "../support/planned";

jest.setTimeout(600_000);

const SERVERS = DEFAULT_SERVERS.split(",");
const SERVICES = SERVERS.map((name) => `mcp-${name}`);
const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: DEFAULT_SERVERS }, { prefix: "static" });
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
/** Container ids by service. */
const ids = (): Promise<Record<string, string>> => idsByService(stack);
const containerOf = async (service: string) => stack.docker.getContainer((await ids())[service] ?? service);
/** Command lines in a service's container. */
async function processes(service: string): Promise<string[]> {
  const { Processes } = (await (await containerOf(service)).top({ ps_args: "-o pid,args" })) as {
    Processes: string[][];
  };
  return Processes.map((row) => row.slice(1).join(" ")).sort();
}

const CONTAINER = "docker:index/container:Container";

/** One call of each server; what it answers is the same in every stack. */
const CALLS: [tool: string, parameters: Record<string, unknown>][] = [
  ["convert_time", { source_timezone: "UTC", time: "12:00", target_timezone: "Asia/Tokyo" }],
  ["fetch", { url: "http://127.0.0.1:1/" }],
  ["create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["seen"] }] }],
  ["read_graph", {}],
  ["sequentialthinking", { thought: "one", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false }],
  ["write_file", { path: "/workspace/hello.txt", content: "written by a tool" }],
  ["list_directory", { path: "/workspace" }],
  ["git_status", { repo_path: "/workspace" }],
];
interface Offer {
  readonly tools: unknown;
  readonly answers: unknown;
}

/** What the servers answer, whatever the day. */
async function answersOf({ client }: Session): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  for (const [name, parameters] of CALLS) answers[name] = await client.callTool({ name, arguments: parameters });
  const text = JSON.stringify(answers).replaceAll(/\d{4}-\d\d-\d\dT/g, "DAYT");
  return JSON.parse(text.replaceAll(/(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day/g, "DAY"));
}

const offer = (): Promise<Offer> =>
  withSession(mcp(), async (session) => {
    const { tools } = await session.client.listTools();
    await session.call("delete_entities", { entityNames: ["kept"] });
    return { tools: tools.sort((a, b) => (a.name < b.name ? -1 : 1)), answers: await answersOf(session) };
  });

let first: Offer;

describe("a stack without the engine's socket", () => {
  it("shows each server in the preview", async () => {
    expect((await planned(stack, CONTAINER))["create"]).toEqual([...CORE, ...SERVICES].sort());
  });

  it("comes up with a healthy container for each server, and offers the tools of all", async () => {
    await stack.succeed("up");
    expect(Object.keys(await ids()).sort()).toEqual([...CORE, ...SERVICES].sort());
    expect(await unwell(stack)).toEqual([]);
    first = await offer();
    expect(first.tools).toHaveLength(39);
    const { code, output } = await stack.pulumi("preview", "--refresh", "--expect-no-changes");
    if (code !== 0) throw new Error(output);
  });

  it("has the socket in no container, and a gateway without root", async () => {
    for (const { Id, Labels } of await stack.containers()) {
      const { Mounts, Config } = await stack.docker.getContainer(Id).inspect();
      expect(Mounts.filter(({ Source }) => Source.endsWith(".sock"))).toEqual([]);
      if (Labels["mcp-stack.service"] === "mcp-gateway") expect(Config.User).toBe("65532:65532");
    }
  });

  it("has the limits that the gateway would set, and no privileges", async () => {
    const { HostConfig } = await (await containerOf("mcp-time")).inspect();
    expect(HostConfig).toMatchObject({ NanoCpus: 1e9, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"] });
    expect(HostConfig.Memory).toBe(2048 * 2 ** 20);
  });

  it("is as configured, by mcp-status", async () => {
    const { stdout } = await stack.succeed("mcp-status", "--json");
    const { services } = JSON.parse(stdout) as { services: { service: string; health: string; drift: string[] }[] };
    expect(services.filter(({ drift }) => drift.length > 0)).toEqual([]);
    expect(services.map(({ service }) => service)).toEqual(expect.arrayContaining(SERVICES));
  });
});

describe("servers", () => {
  const connect = (host: string): string =>
    `import socket; s = socket.create_connection(("${host}", 4444), 5); s.settimeout(10); s.sendall(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\\n'); print("got", s.recv(100))`;

  it("answer the gateway alone: another server that connects gets nothing", async () => {
    const { output } = await runInside(await containerOf("mcp-git"), ["python3", "-c", connect("mcp-time")]);
    expect(output).toContain("got b''");
    const log = (await (await containerOf("mcp-time")).logs({ stdout: true, stderr: true })).toString();
    expect(log).toMatch(/mcp-time: refused [\d.]+, which is not mcp-gateway/);
  });

  it("know no other service of the stack", async () => {
    const resolve = 'import socket; print(socket.gethostbyname("mcp-router"))';
    for (const service of ["mcp-git", "mcp-fetch"]) {
      const { code } = await runInside(await containerOf(service), ["python3", "-c", resolve]);
      expect(code).not.toBe(0);
    }
  });

  it("without a network have no way out, the others have one", async () => {
    const outside = await startOutside();
    try {
      const ask = `import urllib.request; print(urllib.request.urlopen("${outside.url}", timeout=5).read())`;
      const asked = async (service: string) => runInside(await containerOf(service), ["python3", "-c", ask]);
      expect((await asked("mcp-fetch")).output).toContain(outside.body);
      expect(await asked("mcp-git")).toMatchObject({ code: 1, output: expect.not.stringContaining(outside.body) });
    } finally {
      await outside.remove();
    }
  });
});

describe("sessions", () => {
  // Node starts several times as fast as Python does.
  const WATCHED = ["mcp-gateway", "mcp-memory", "mcp-filesystem"];
  const all = async (): Promise<string[][]> => Promise.all(WATCHED.map(processes));

  it("two hundred leave no process and no container", async () => {
    const before = await ids();
    // Of each: an init and what it is for. Sessions of the tests before may still be ending.
    const idle = async (): Promise<void> => expect((await all()).map((lines) => lines.length)).toEqual([2, 2, 2]);
    await eventually(idle);
    // A server's program is started for each session that calls it.
    const one = async (tool: string): Promise<unknown> => withSession(mcp(), ({ call }) => call(tool));
    const [files, graph] = ["list_allowed_directories", "read_graph"] as const;
    for (let round = 0; round < 50; round++) await Promise.all([files, graph, files, graph].map(one));
    await eventually(idle);
    expect(await ids()).toEqual(before);
  });

  it("that never say goodbye take up no more than their server's share", async () => {
    for (let round = 0; round < SERVER_SESSIONS + 3; round++) {
      const { client, call } = await openSession(mcp());
      await call("get_current_time", { timezone: "UTC" });
      await client.close();
    }
    const serving = async (): Promise<number> =>
      (await processes("mcp-time")).filter((line) => line.includes("mcp-server-time")).length;
    await eventually(async () => expect(await serving()).toBe(SERVER_SESSIONS));
    expect((await processes("mcp-gateway")).filter((line) => line.includes("TCP:mcp-time:"))).toHaveLength(
      SERVER_SESSIONS,
    );
  });

  it("end with the gateway: no server goes on for one that is gone", async () => {
    await (await containerOf("mcp-gateway")).kill();
    await eventually(async () =>
      expect((await processes("mcp-time")).filter((line) => line.includes("mcp-server-time"))).toEqual([]),
    );
    await stack.succeed("mcp-restart", "mcp-gateway");
    expect(await withSession(mcp(), (session) => session.toolNames())).toContain("get_current_time");
  });
});

describe("a server more", () => {
  it("is created, and replaces the gateway alone", async () => {
    const before = await ids();
    stack.configure({ servers: `${DEFAULT_SERVERS},everything` });
    expect(await planned(stack, CONTAINER)).toEqual({ create: ["mcp-everything"], replace: ["mcp-gateway"] });
    await stack.succeed("up");
    const after = await ids();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(
      expect.arrayContaining(["mcp-gateway", "mcp-everything"]),
    );
    for (const name of [...SERVICES, "mcp-router", "traefik"]) expect(after[name]).toBe(before[name]);
    expect(await withSession(mcp(), ({ call }) => call("echo", { message: "hello" }))).toContain("hello");
  });

  it("taken away again is deleted, and replaces the gateway alone", async () => {
    const before = await ids();
    stack.configure({});
    expect(await planned(stack, CONTAINER)).toEqual({ delete: ["mcp-everything"], replace: ["mcp-gateway"] });
    await stack.succeed("up");
    const after = await ids();
    expect(Object.keys(after).sort()).toEqual([...CORE, ...SERVICES].sort());
    for (const name of [...SERVICES, "mcp-router", "traefik"]) expect(after[name]).toBe(before[name]);
  });
});

describe("the same stack with the engine's socket", () => {
  it("says in the preview what that means", async () => {
    stack.configure({ gatewayMode: "socket" });
    const { output } = await stack.pulumi("preview");
    expect(output).toContain("gatewayMode socket: mcp-gateway starts catalog servers by the engine's socket");
  });

  it("offers the same tools, and they answer the same", async () => {
    await stack.succeed("up");
    expect(
      Object.keys(await ids())
        .filter((name) => name !== "mcp-server")
        .sort(),
    ).toEqual(CORE);
    expect(await offer()).toEqual(first);
  });

  it("goes back without a trace of it", async () => {
    stack.configure({});
    await stack.succeed("up");
    expect(Object.keys(await ids()).sort()).toEqual([...CORE, ...SERVICES].sort());
    expect(await offer()).toEqual(first);
  });
});
