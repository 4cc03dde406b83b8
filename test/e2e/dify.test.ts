/** The Dify bundle: real PostgreSQL, Redis, MinIO, Squid and Nginx; stand-ins, which say so, in place of Dify's own images. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../support/free-port";
import { request, type HttpRequest } from "../support/http";
import { startOutside, type Outside } from "../support/outside";
import { createStack, PROJECT, type TestStack } from "../support/stack";

jest.setTimeout(900_000);

const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];
const BACK_END = ["dify-api", "dify-worker", "dify-worker-beat", "dify-plugin-daemon", "dify-web", "dify-sandbox"];
const DIFY = [...BACK_END, "dify", "dify-postgres", "dify-redis", "dify-ssrf-proxy", "minio"].sort();

let stack: TestStack;
let difyPort: number;
const off = { servers: "time" };
const on = () => ({ ...off, bundles: "dify", difyPort });

beforeAll(async () => {
  difyPort = await freePort();
  stack = await createStack(off, { prefix: "dify" });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

const secret = (name: string): string => fs.readFileSync(path.join(stack.dataDir, "secrets", name, "value"), "utf8");
const ids = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await stack.containers()).map(({ Labels, Id }) => [Labels["mcp-stack.service"] ?? "", Id]));
const names = async (): Promise<string[]> =>
  Object.keys(await ids())
    .filter((name) => name !== "mcp-server")
    .sort();

/** Operations of a preview, by what they do: names of resources. */
async function planned(): Promise<Record<string, string[]>> {
  const { stdout } = await stack.pulumi("preview", "--json");
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  const plan: Record<string, string[]> = {};
  for (const { op, urn } of steps) if (op !== "same") (plan[op] ??= []).push(urn.split("::").at(-1) ?? "");
  return plan;
}

/** Standard output of a program in a service's container. */
async function inside(service: string, ...args: string[]): Promise<string> {
  const container = `${PROJECT}-${stack.name}-${service}`;
  return (await promisify(execFile)("docker", ["exec", container, ...args])).stdout.trim();
}
const sql = (text: string): Promise<string> =>
  inside("dify-postgres", "psql", "-h", "/var/run/postgresql", "-U", "postgres", "-d", "dify", "-Atc", text);
const redis = (...args: string[]): Promise<string> =>
  inside(
    "dify-redis",
    "sh",
    "-c",
    `REDISCLI_AUTH="$(cat /run/secrets/dify-redis-password/value)" redis-cli ${args.join(" ")}`,
  );

interface Echo {
  readonly standIn: boolean;
  readonly service: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly failed?: object;
  readonly bodyBytes?: number;
}
const host = (): string => `dify.localhost:${stack.port}`;
async function ask(route: string, { headers, ...more }: HttpRequest = {}): Promise<Echo> {
  const answer = await request(stack.port, route, { ...more, headers: { host: host(), ...headers } });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body) as Echo;
}

describe("turned on", () => {
  it("creates its own resources, and changes none of the core", async () => {
    stack.configure(on());
    const plan = await planned();
    expect(Object.keys(plan)).toEqual(["create"]);
    expect(plan["create"]).toEqual(expect.arrayContaining([...DIFY, "dify-migration-run", "dify-database-run"]));
  });

  it("comes up beside the core", async () => {
    const before = await ids();
    const { output } = await stack.succeed("up");
    const after = await ids();
    expect(CORE.filter((name) => after[name] !== before[name])).toEqual([]);
    expect(await names()).toEqual([...DIFY, ...CORE].sort());
    expect(output).toContain(`http://${host()}`);
    expect(output).toContain("Dify: the memory limits of its services add up to 6528 MiB");
  });

  it("has nothing to do a second time, also after a refresh", async () => {
    for (const more of [[], ["--refresh"]]) {
      const { code, output } = await stack.pulumi("preview", "--expect-no-changes", ...more);
      if (code !== 0) throw new Error(output);
    }
  });
});

describe("its services", () => {
  it("use everything that they are given: databases, vectors, Redis, bucket, sandbox, proxy and each other", async () => {
    expect(await ask("/v1/checks")).toMatchObject({ standIn: true, service: "dify-api", failed: {} });
    const key = `X-Api-Key: ${secret("dify-plugin-daemon-key")}`;
    const daemon = await inside("dify-plugin-daemon", "curl", "-s", "-H", key, "http://127.0.0.1:5002/plugin/checks");
    expect(JSON.parse(daemon)).toMatchObject({ standIn: true, failed: {} });
  });

  it.each([
    ...["/console/api", "/api", "/v1", "/openapi", "/files", "/mcp", "/triggers"].map((route) => [route, "dify-api"]),
    ["/socket.io/", "dify-api"],
    ["/e/hook", "dify-plugin-daemon"],
    ["/explore", "dify-web"],
    ["/", "dify-web"],
  ])("have the route %s at %s", async (route = "", service = "") => {
    const below = route.endsWith("/") ? `${route}some/where?a=b` : `${route}/some/where?a=b`;
    expect(await ask(below)).toMatchObject({ standIn: true, service, path: below, headers: { host: host() } });
  });

  it("are told by which address a hook was asked", async () => {
    const { headers } = await ask("/e/hook?a=b");
    expect(headers["dify-hook-url"]).toBe(`http://${host()}/e/hook?a=b`);
  });

  it("keep a session of cookies with its token, as the same site", async () => {
    const login = await request(stack.port, "/console/api/login", { method: "POST", headers: { host: host() } });
    const cookies = (login.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");
    const token = cookies.find((cookie) => cookie.startsWith("csrf_token="))?.slice("csrf_token=".length) ?? "";
    const headers = { host: host(), cookie: cookies.join("; ") };
    const profile = (more: object) =>
      request(stack.port, "/console/api/account/profile", { headers: { ...headers, ...more } });
    expect((await profile({ "x-csrf-token": token })).status).toBe(200);
    expect((await profile({})).status).toBe(401);
  });

  it("take uploads of just less than 100 MB, and no larger ones", async () => {
    const upload = (bytes: number) =>
      request(stack.port, "/console/api/files/upload", {
        method: "POST",
        headers: { host: host() },
        body: "x".repeat(bytes),
      });
    const taken = await upload(99 * 2 ** 20);
    expect(JSON.parse(taken.body)).toMatchObject({ bodyBytes: 99 * 2 ** 20 });
    const refused = await upload(101 * 2 ** 20).then(
      ({ status }) => status,
      () => 413,
    );
    expect(refused).toBe(413);
  });

  it("have a port of their own where one is asked for", async () => {
    const answer = await request(difyPort, "/v1/x", { headers: { host: `localhost:${difyPort}` } });
    expect(JSON.parse(answer.body)).toMatchObject({ service: "dify-api", headers: { host: `localhost:${difyPort}` } });
  });
});

describe("the sandbox", () => {
  let outside: Outside;
  let listener: http.Server;
  beforeAll(async () => {
    outside = await startOutside();
    listener = http.createServer((_, answer) => answer.end()).listen(0, "0.0.0.0");
    await new Promise((resolve) => listener.once("listening", resolve));
  });
  afterAll(async () => {
    listener.close();
    await outside.remove();
  });

  const order = async (what: object): Promise<{ reached: boolean; status?: number; body?: string }> => {
    const key = `X-Api-Key: ${secret("dify-sandbox-key")}`;
    const url = "http://127.0.0.1:8194/v1/sandbox/run";
    const answer = await inside("dify-sandbox", "curl", "-s", "-H", key, "-d", JSON.stringify(what), url);
    return (JSON.parse(answer) as { data: { reached: boolean } }).data;
  };
  const address = async (service: string): Promise<string[]> => {
    const { NetworkSettings } = await stack.docker.getContainer((await ids())[service] ?? "").inspect();
    return Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  };

  it.each([
    ["dify-postgres", 5432],
    ["dify-redis", 6379],
    ["minio", 9000],
    ["mcp-router", 8080],
    ["mcp-gateway", 8811],
    ["traefik", 8811],
  ])("finds neither the name of %s nor, by its address, the port", async (name, port) => {
    expect(await order({ operation: "lookup", name })).toMatchObject({ reached: false });
    for (const ip of await address(name))
      expect(await order({ operation: "connect", host: ip, port })).toMatchObject({ reached: false });
  });

  it("looks up no name outside", async () => {
    // Control: it does know its own network.
    expect(await order({ operation: "lookup", name: "dify-ssrf-proxy" })).toMatchObject({ reached: true });
    expect(await order({ operation: "lookup", name: "deb.debian.org" })).toMatchObject({ reached: false });
  });

  it("reaches no listener on the host, by none of its addresses", async () => {
    const { port } = listener.address() as AddressInfo;
    const all = Object.values(os.networkInterfaces()).flatMap((one) => one ?? []);
    for (const { address: ip } of all.filter(({ family, internal }) => family === "IPv4" && !internal)) {
      await expect(fetch(`http://${ip}:${port}`)).resolves.toMatchObject({ status: 200 });
      expect([ip, await order({ operation: "connect", host: ip, port })]).toEqual([
        ip,
        expect.objectContaining({ reached: false }),
      ]);
    }
  });

  it("reaches outside through the proxy alone", async () => {
    const { url, body } = outside;
    expect(await order({ operation: "fetch", url, throughProxy: true })).toMatchObject({ status: 200, body });
    expect(await order({ operation: "fetch", url })).toMatchObject({ reached: false });
  });

  it("is refused by the proxy what is private: services by name and address, and the host", async () => {
    const [ip] = await address("minio");
    const { port } = listener.address() as AddressInfo;
    const gateway = (await stack.docker.getNetwork(`${PROJECT}-${stack.name}-dify`).inspect()) as {
      IPAM: { Config: { Gateway: string }[] };
    };
    const urls = [`http://minio:9000/`, `http://${ip}:9000/`, `http://${gateway.IPAM.Config[0]?.Gateway}:${port}/`];
    for (const url of [...urls, "http://127.0.0.1/"])
      expect(await order({ operation: "fetch", url, throughProxy: true })).toMatchObject({ status: 403 });
  });
});

describe("secrets", () => {
  it("are in no description of a container, no log and not in the state", async () => {
    const values = fs
      .readdirSync(path.join(stack.dataDir, "secrets"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^(dify|minio)-/.test(entry.name))
      .map(({ name }) => secret(name));
    expect(values).toHaveLength(10);
    for (const { Id } of await stack.containers()) {
      const container = stack.docker.getContainer(Id);
      const described = JSON.stringify(await container.inspect());
      const log = (await container.logs({ stdout: true, stderr: true })).toString();
      expect(values.filter((value) => described.includes(value) || log.includes(value))).toEqual([]);
    }
    const files = fs.readdirSync(stack.stateDir, { recursive: true, encoding: "utf8" });
    for (const file of files
      .map((name) => path.join(stack.stateDir, name))
      .filter((one) => fs.statSync(one).isFile())) {
      const text = fs.readFileSync(file, "utf8");
      expect(values.filter((value) => text.includes(value))).toEqual([]);
    }
  });

  it("open the bucket to Dify's user alone, and nothing else of MinIO to it", async () => {
    const script = `export MC_HOST_s=http://dify:${secret("minio-dify-password")}@127.0.0.1:9000
      mc ls s/dify >/dev/null && echo bucket; mc admin info s >/dev/null 2>&1 || echo refused; mc mb s/other >/dev/null 2>&1 || echo refused
      export MC_HOST_t=http://minioadmin:minioadmin@127.0.0.1:9000; mc ls t >/dev/null 2>&1 || echo refused`;
    expect(await inside("minio", "sh", "-c", script)).toBe("bucket\nrefused\nrefused\nrefused");
  });
});

describe("turned off and on again", () => {
  it("deletes just what it created, keeps its data, and answers 503 meanwhile", async () => {
    await sql("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
    await redis("SET", "kept", "here");
    const before = await ids();
    stack.configure(off);
    expect(Object.keys(await planned())).toEqual(["delete"]);
    await stack.succeed("up");
    expect(await names()).toEqual(CORE);
    const after = await ids();
    expect(CORE.filter((name) => after[name] !== before[name])).toEqual([]);
    expect((await request(stack.port, "/", { headers: { host: host() } })).status).toBe(503);
    expect(fs.readdirSync(path.join(stack.dataDir, "dify")).sort()).toEqual([
      "plugins",
      "postgres",
      "redis",
      "storage",
    ]);
  });

  it("finds its data again, which PostgreSQL had written in full", async () => {
    const key = secret("dify-secret-key");
    stack.configure(on());
    await stack.succeed("up");
    expect(await sql("SELECT word FROM kept")).toBe("here");
    expect(await redis("GET", "kept")).toBe("here");
    expect(secret("dify-secret-key")).toBe(key);
    const container = stack.docker.getContainer((await ids())["dify-postgres"] ?? "");
    const log = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(log).toContain("database system was shut down at");
    expect(log).not.toContain("interrupted");
  });

  it("says in the database's log that it was shut down when it is stopped", async () => {
    const container = stack.docker.getContainer((await ids())["dify-postgres"] ?? "");
    await container.stop();
    const log = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(log).toContain("received fast shutdown request");
    expect(log.trimEnd()).toMatch(/database system is shut down$/);
    expect((await container.inspect()).State.ExitCode).toBe(0);
  });
});
