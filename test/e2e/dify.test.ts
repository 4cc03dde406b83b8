/** The Dify bundle: real PostgreSQL, Redis, MinIO, Squid and Nginx; stand-ins, which say so, in place of Dify's own images. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { SERVICES } from "../../config";
import { DifyStack } from "../support/dify-stack";
import { freePort } from "../support/free-port";
import { request } from "../support/http";
import { startOutside, type Outside } from "../support/outside";
import { createStack, PROJECT, type TestStack } from "../support/stack";

jest.setTimeout(900_000);

const CORE = ["mcp-gateway", "mcp-nixos-http", "mcp-router", "traefik"];
const DIFY = SERVICES.filter((name) => /^(dify|minio)/.test(name)).sort();

let stack: TestStack;
let dify: DifyStack;
let difyPort: number;
const off = { servers: "time" };
const on = () => ({ ...off, bundles: "dify", difyPort });

beforeAll(async () => {
  difyPort = await freePort();
  stack = await createStack(off, { prefix: "dify" });
  dify = new DifyStack(stack);
  await stack.succeed("up");
});
afterAll(() => stack.remove());

describe("turned on", () => {
  it("creates its own resources, and changes none of the core", async () => {
    stack.configure(on());
    const plan = await dify.planned();
    expect(Object.keys(plan)).toEqual(["create"]);
    expect(plan["create"]).toEqual(expect.arrayContaining([...DIFY, "dify-migration-run", "dify-database-run"]));
  });

  it("comes up beside the core", async () => {
    const before = await dify.ids();
    const { output } = await stack.succeed("up");
    const after = await dify.ids();
    expect(CORE.filter((name) => after[name] !== before[name])).toEqual([]);
    expect(await dify.names()).toEqual([...DIFY, ...CORE].sort());
    expect(output).toContain(`http://${dify.host}`);
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
    expect(await dify.ask("/v1/checks")).toMatchObject({ standIn: true, service: "dify-api", failed: {} });
    const key = `X-Api-Key: ${dify.secret("dify-plugin-daemon-key")}`;
    const daemon = await dify.inside(
      "dify-plugin-daemon",
      "curl",
      "-s",
      "-H",
      key,
      "http://127.0.0.1:5002/plugin/checks",
    );
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
    expect(await dify.ask(below)).toMatchObject({ standIn: true, service, path: below, headers: { host: dify.host } });
  });

  it("are told by which address a hook was asked", async () => {
    const { headers } = await dify.ask("/e/hook?a=b");
    expect(headers["dify-hook-url"]).toBe(`http://${dify.host}/e/hook?a=b`);
  });

  it("keep a session of cookies with its token, as the same site", async () => {
    const login = await request(stack.port, "/console/api/login", { method: "POST", headers: { host: dify.host } });
    const cookies = (login.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");
    const token = cookies.find((cookie) => cookie.startsWith("csrf_token="))?.slice("csrf_token=".length) ?? "";
    const headers = { host: dify.host, cookie: cookies.join("; ") };
    const profile = (more: object) =>
      request(stack.port, "/console/api/account/profile", { headers: { ...headers, ...more } });
    expect((await profile({ "x-csrf-token": token })).status).toBe(200);
    expect((await profile({})).status).toBe(401);
  });

  it("take uploads of just less than 100 MB, and no larger ones", async () => {
    const upload = (bytes: number) =>
      request(stack.port, "/console/api/files/upload", {
        method: "POST",
        headers: { host: dify.host },
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

  it.each([
    ["dify-postgres", 5432],
    ["dify-redis", 6379],
    ["minio", 9000],
    ["mcp-router", 8080],
    ["mcp-gateway", 8811],
    ["traefik", 8811],
  ])("finds neither the name of %s nor, by its address, the port", async (name, port) => {
    expect(await dify.order({ operation: "lookup", name })).toMatchObject({ reached: false });
    for (const ip of await dify.addresses(name))
      expect(await dify.order({ operation: "connect", host: ip, port })).toMatchObject({ reached: false });
  });

  it("looks up no name outside", async () => {
    // Control: it does know its own network.
    expect(await dify.order({ operation: "lookup", name: "dify-ssrf-proxy" })).toMatchObject({ reached: true });
    expect(await dify.order({ operation: "lookup", name: "deb.debian.org" })).toMatchObject({ reached: false });
  });

  it("reaches no listener on the host, by none of its addresses", async () => {
    const { port } = listener.address() as AddressInfo;
    const all = Object.values(os.networkInterfaces()).flatMap((one) => one ?? []);
    for (const { address: ip } of all.filter(({ family, internal }) => family === "IPv4" && !internal)) {
      await expect(fetch(`http://${ip}:${port}`)).resolves.toMatchObject({ status: 200 });
      expect({ ip, ...(await dify.order({ operation: "connect", host: ip, port })) }).toMatchObject({
        ip,
        reached: false,
      });
    }
  });

  it("reaches outside through the proxy alone", async () => {
    const { url, body } = outside;
    expect(await dify.order({ operation: "fetch", url, throughProxy: true })).toMatchObject({ status: 200, body });
    expect(await dify.order({ operation: "fetch", url })).toMatchObject({ reached: false });
  });

  it("is refused by the proxy what is private: services by name and address, and the host", async () => {
    const [ip] = await dify.addresses("minio");
    const { port } = listener.address() as AddressInfo;
    const gateway = (await stack.docker.getNetwork(`${PROJECT}-${stack.name}-dify`).inspect()) as {
      IPAM: { Config: { Gateway: string }[] };
    };
    const urls = [`http://minio:9000/`, `http://${ip}:9000/`, `http://${gateway.IPAM.Config[0]?.Gateway}:${port}/`];
    for (const url of [...urls, "http://127.0.0.1/"])
      expect(await dify.order({ operation: "fetch", url, throughProxy: true })).toMatchObject({ status: 403 });
  });
});

describe("secrets", () => {
  it("are in no description of a container, no log and not in the state", async () => {
    const values = fs
      .readdirSync(path.join(stack.dataDir, "secrets"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^(dify|minio)-/.test(entry.name))
      .map(({ name }) => dify.secret(name));
    expect(values).toHaveLength(10);
    for (const { Id } of await stack.containers()) {
      const container = stack.docker.getContainer(Id);
      const described = JSON.stringify(await container.inspect());
      const log = (await container.logs({ stdout: true, stderr: true })).toString();
      expect(values.filter((value) => described.includes(value) || log.includes(value))).toEqual([]);
    }
    for (const text of dify.stateFiles()) expect(values.filter((value) => text.includes(value))).toEqual([]);
  });

  it("open the bucket to Dify's user alone, and nothing else of MinIO to it", async () => {
    const script = `export MC_HOST_s=http://dify:${dify.secret("minio-dify-password")}@127.0.0.1:9000
      mc ls s/dify >/dev/null && echo bucket; mc admin info s >/dev/null 2>&1 || echo refused; mc mb s/other >/dev/null 2>&1 || echo refused
      export MC_HOST_t=http://minioadmin:minioadmin@127.0.0.1:9000; mc ls t >/dev/null 2>&1 || echo refused`;
    expect(await dify.inside("minio", "sh", "-c", script)).toBe("bucket\nrefused\nrefused\nrefused");
  });
});

describe("turned off and on again", () => {
  it("deletes just what it created, keeps its data, and answers 503 meanwhile", async () => {
    await dify.sql("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
    await dify.redis("SET", "kept", "here");
    const before = await dify.ids();
    stack.configure(off);
    expect(Object.keys(await dify.planned())).toEqual(["delete"]);
    await stack.succeed("up");
    expect(await dify.names()).toEqual(CORE);
    const after = await dify.ids();
    expect(CORE.filter((name) => after[name] !== before[name])).toEqual([]);
    expect((await request(stack.port, "/", { headers: { host: dify.host } })).status).toBe(503);
    expect(fs.readdirSync(path.join(stack.dataDir, "dify")).sort()).toEqual([
      "plugins",
      "postgres",
      "redis",
      "storage",
    ]);
  });

  it("finds its data again, which PostgreSQL had written in full", async () => {
    const key = dify.secret("dify-secret-key");
    stack.configure(on());
    await stack.succeed("up");
    expect(await dify.sql("SELECT word FROM kept")).toBe("here");
    expect(await dify.redis("GET", "kept")).toBe("here");
    expect(dify.secret("dify-secret-key")).toBe(key);
    const log = await dify.log("dify-postgres");
    expect(log).toContain("database system was shut down at");
    expect(log).not.toContain("interrupted");
  });

  it("says in the database's log that it was shut down when it is stopped", async () => {
    const container = stack.docker.getContainer((await dify.ids())["dify-postgres"] ?? "");
    await container.stop();
    const log = await dify.log("dify-postgres");
    expect(log).toContain("received fast shutdown request");
    expect(log.trimEnd()).toMatch(/database system is shut down$/);
    expect((await container.inspect()).State.ExitCode).toBe(0);
  });
});
