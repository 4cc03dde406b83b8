/** The core's life, as a user leads it: real CLI, real engine, official MCP client. From nothing to running, changed, and gone again. */
import fs from "node:fs";
import path from "node:path";
import { request } from "../support/http";
import { openSession, withSession } from "../support/mcp-client";
import { createStack, PROJECT, type TestStack, idsByService } from "../support/stack";
import { unwell } from "../support/unwell";

jest.setTimeout(240_000);

const SERVERS = ["time", "memory", "filesystem"];
const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];
const SERVICES = [...CORE, ...SERVERS.map((name) => `mcp-${name}`)].sort();

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack({ servers: SERVERS.join() });
});
afterAll(() => stack.remove());

const mcp = (): string => stack.url("/mcp");
const unchanged = async (...args: string[]): Promise<void> => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...args);
  if (code !== 0) throw new Error(output);
};
/** Container ids by service. */
const ids = (): Promise<Record<string, string>> => idsByService(stack);

describe("the first up", () => {
  it("ends with a table of endpoints and the next step", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toContain(`mcp        http://127.0.0.1:${stack.port}/mcp`);
    expect(stdout).toContain(`mcp-nixos  http://127.0.0.1:${stack.port}/mcp/nixos`);
    expect(stdout).toContain("Next: add it to an MCP client");
  });

  it("left exactly the services of the core and its catalog servers running, each healthy", async () => {
    const containers = await stack.containers();
    expect(containers.map(({ Names }) => Names[0]).sort()).toEqual(
      SERVICES.map((name) => `/${PROJECT}-${stack.name}-${name}`),
    );
    expect(await unwell(stack)).toEqual([]);
  });

  it("limits memory and processes of every container", async () => {
    const unlimited = await Promise.all(
      (await stack.containers()).map(async ({ Id, Labels }) => {
        const { Memory = 0, PidsLimit } = (await stack.docker.getContainer(Id).inspect()).HostConfig;
        return Memory > 0 && (PidsLimit ?? 0) > 0 ? [] : [Labels["mcp-stack.service"]];
      }),
    );
    expect(unlimited.flat()).toEqual([]);
  });

  it("shows its endpoints as stack outputs", async () => {
    const { stdout } = await stack.pulumi("stack", "output", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      endpoints: { mcp: mcp(), "mcp-nixos": stack.url("/mcp/nixos") },
      servers: SERVERS,
    });
  });
});

describe("a second time", () => {
  it("up changes nothing", async () => {
    const { stdout } = await stack.succeed("up");
    expect(stdout).toMatch(/Resources:\s+\d+ unchanged/);
  });

  it("preview is empty, also after a refresh", async () => {
    await unchanged();
    await unchanged("--refresh");
    await unchanged();
  });
});

describe("changes", () => {
  it("of one key replace one service, and taken back they leave nothing to do", async () => {
    const before = await ids();
    await stack.pulumi("config", "set", "--path", "overrides.mcp-router.environment.TZ", "UTC");
    await stack.succeed("up");
    const after = await ids();
    expect(SERVICES.filter((name) => after[name] !== before[name])).toEqual(["mcp-router"]);
    stack.configure({});
    await stack.succeed("up");
    await unchanged();
  });

  it("of memory happen in the running container", async () => {
    const before = await ids();
    stack.configure({ overrides: { "mcp-router": { memoryMiB: 96 } } });
    await stack.succeed("up");
    expect(await ids()).toEqual(before);
    const { HostConfig } = await stack.docker.getContainer(before["mcp-router"] ?? "").inspect();
    expect(HostConfig.Memory).toBe(96 * 1024 * 1024);
    stack.configure({});
    await stack.succeed("up");
  });

  it("of the gateway cause no 502 afterwards, and clients can start a new session", async () => {
    const old = await openSession(mcp());
    stack.configure({ overrides: { "mcp-gateway": { environment: { TZ: "UTC" } } } });
    await stack.succeed("up");
    await expect(old.call("get_current_time", { timezone: "UTC" })).rejects.toThrow(/404|session/i);
    await old.end();
    for (let round = 0; round < 5; round++) {
      expect(await withSession(mcp(), ({ call }) => call("get_current_time", { timezone: "UTC" }))).toContain("UTC");
    }
    stack.configure({});
    await stack.succeed("up");
  });

  it("of files that containers mount are undone by the next up", async () => {
    const rendered = path.join(stack.dataDir, "rendered/mcp-router");
    const file =
      fs.readdirSync(rendered, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("nginx.conf")) ?? "";
    const whole = fs.readFileSync(path.join(rendered, file), "utf8");
    fs.writeFileSync(path.join(rendered, file), "broken by hand");
    await stack.succeed("up");
    expect(fs.readFileSync(path.join(rendered, file), "utf8")).toBe(whole);
    expect((await request(stack.port, "/healthz")).status).toBe(200);
  });

  it("made behind Pulumi's back are found by refresh and healed by up", async () => {
    const [router] = await stack.containers("mcp-router");
    await stack.docker.getContainer(router?.Id ?? "").remove({ force: true });
    // 504: where the machine's resolver is slow to say that there is no such name.
    expect([502, 504]).toContain((await request(stack.port, "/healthz")).status);
    expect((await stack.pulumi("refresh", "--yes")).output).toMatch(/mcp-router\s+deleted/);
    await stack.succeed("up");
    expect((await request(stack.port, "/healthz")).status).toBe(200);
  });
});

const remember = (): Promise<void> =>
  withSession(mcp(), async ({ call }) => {
    await call("create_entities", { entities: [{ name: "kept", entityType: "test", observations: ["before"] }] });
    await call("write_file", { path: "/workspace/hello.txt", content: "written by a tool" });
  });

describe("down", () => {
  it("leaves no container and no network, and keeps images and data", async () => {
    await remember();
    const session = await openSession(mcp());
    await session.call("get_current_time", { timezone: "UTC" });
    await stack.succeed("down");
    await session.client.close();
    expect(await stack.containers()).toEqual([]);
    const label = [`mcp-stack.stack=${stack.name}`];
    expect(await stack.docker.listNetworks({ filters: { label } })).toEqual([]);
    expect((await stack.docker.listVolumes({ filters: { label } })).Volumes).toEqual([]);
    expect(fs.existsSync(path.join(stack.dataDir, "workspace/hello.txt"))).toBe(true);
    const images = await stack.docker.listImages({ filters: { label: ["mcp-stack.image=traefik"] } });
    expect(images.length).toBeGreaterThan(0);
  });

  it("is undone by up, with the data that was there before", async () => {
    await stack.succeed("up");
    await withSession(mcp(), async ({ call }) => {
      expect(await call("read_graph")).toContain("kept");
      expect(await call("read_text_file", { path: "/workspace/hello.txt" })).toBe("written by a tool");
    });
  });
});
