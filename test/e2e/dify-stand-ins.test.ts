/** Dify's stand-ins against the real PostgreSQL, Redis, MinIO and Squid: green when all is right, red for each thing that is not. */
import http from "node:http";
import { Bench, docker, ended, ensureImages, published, type Network } from "../support/dify-bench";
import { daemonEnvironment, startServices, type Environment } from "../support/dify-services";
import { eventually } from "../support/eventually";
import { request } from "../support/http";

// Building the images from nothing takes most of it.
jest.setTimeout(15 * 60_000);

const BOTH: readonly Network[] = ["back", "ssrf"];
const bench = new Bench();
let env: Environment;
let postgres: string;
let sandbox: string;
let api: string;
let daemon: string;
let port: number;

const run = (name: string, more: Environment, networks = BOTH, options: readonly string[] = []): Promise<string> =>
  bench.run("dify-api", name, { networks, env: { ...env, ...more }, options });

interface Answer {
  /** Of HTTP. */
  readonly status: string;
  readonly standIn: boolean;
  /** Names of the checks that failed, and why. */
  readonly failed: Readonly<Record<string, string>>;
}

/**
 * Asks from inside as the image's health check does, until it listens and the answer is as `expected` does with it: each of its checks
 * gives up after three seconds, which may be short on a busy machine.
 */
const answers = (container: string, url: string, expected: (answer: Answer) => void): Promise<void> =>
  eventually(async () => {
    const { code, output } = await docker("exec", container, "curl", "-s", "-w", "\n%{http_code}", url);
    expect({ code, output }).toMatchObject({ code: 0 });
    const [body = "", status = ""] = output.split("\n");
    expected({ status, ...(JSON.parse(body) as Omit<Answer, "status">) });
  });

const isWell = ({ status, failed }: Answer): void => expect({ status, failed }).toEqual({ status: "200", failed: {} });

beforeAll(async () => {
  ensureImages(
    ...["dify-api", "dify-web", "dify-sandbox", "dify-plugin-daemon", "dify-postgres", "dify-redis", "dify-ssrf-proxy"],
    ...["minio", "minio-client"],
  );
  await bench.start();
  ({ env, postgres, sandbox } = await startServices(bench));
});
afterAll(() => bench.stop());

describe("the migration", () => {
  it("is missed by an API that starts before it", async () => {
    const early = await run("early", {});
    await answers(early, "http://localhost:5001/health", ({ status, standIn, failed }) =>
      expect({ status, standIn, failed }).toEqual({
        status: "503",
        standIn: true,
        failed: { postgres: "ValueError: the migration of dify-api has not run in the database dify" },
      }),
    );
  });

  it("ends with code 1 and says why when the password is wrong", async () => {
    const { code, output } = await ended(
      await run("refused", { MODE: "migration", MIGRATION_ENABLED: "true", DB_PASSWORD: "wrong" }),
    );
    expect(code).toBe(1);
    expect(output).toMatch(/^stand-in dify-api: migration failed: .*password authentication failed for user "dify"/);
  });

  it("counts its runs", async () => {
    for (const number of [1, 2]) {
      const job = await run("migration", { MODE: "migration", MIGRATION_ENABLED: "true" }, ["back"]);
      expect(await ended(job)).toEqual({ code: 0, output: `stand-in dify-api: migration done, run ${number}\n` });
    }
  });
});

describe("with everything right", () => {
  beforeAll(async () => {
    api = await run("api", {}, BOTH, ["--publish", "127.0.0.1::5001", "--read-only", "--cap-drop", "ALL"]);
    const env_ = daemonEnvironment(env);
    daemon = await bench.run("dify-plugin-daemon", "plugin_daemon", {
      env: env_,
      options: ["--volume", "/app/storage"],
    });
    port = await published(api, 5001);
  });

  it("is red while the API cannot write its storage", async () => {
    await answers(api, "http://localhost:5001/health", ({ failed }) =>
      expect(Object.keys(failed)).toEqual(["storage"]),
    );
    api = await run("api", {}, BOTH, ["--publish", "127.0.0.1::5001", "--volume", "/app/api/storage"]);
    port = await published(api, 5001);
  });

  it("finds the API, the plugin daemon and both keys between them healthy", async () => {
    await answers(api, "http://localhost:5001/health", isWell);
    await answers(daemon, "http://localhost:5002/health/check", isWell);
    await answers(api, "http://localhost:5001/v1/checks", isWell);
    const key = ["-H", `X-Api-Key: ${env.PLUGIN_DAEMON_KEY}`, "http://localhost:5002/plugin/checks"];
    await eventually(async () => {
      const { output } = await docker("exec", daemon, "curl", "-s", ...key);
      expect(JSON.parse(output)).toMatchObject({ standIn: true, failed: {} });
    });
    expect(await docker("exec", daemon, "curl", "-sf", "http://localhost:5002/plugin/checks")).toMatchObject({
      code: 22,
    });
  });

  it("lets the worker answer a ping, and a worker without broker not", async () => {
    const ping = ["celery", "-A", "celery_healthcheck.celery", "inspect", "ping"];
    const good = await run("worker", { MODE: "worker" });
    await eventually(async () => expect((await docker("exec", good, ...ping)).output).toContain("pong"));
    const bad = await run("worker-bad", { MODE: "worker", S3_BUCKET_NAME: "another" });
    await eventually(async () => expect((await docker("logs", bad)).output).toContain("NoSuchBucket"));
    expect(await docker("exec", bad, ...ping)).toMatchObject({ code: 69 });
  });

  it("keeps beat without the SSRF network", async () => {
    const beat = await run("beat", { MODE: "beat" }, ["back"]);
    await eventually(async () =>
      expect((await docker("logs", beat)).output).toBe("stand-in dify-beat: everything works\n"),
    );
  });

  it("has a web that binds HOSTNAME alone", async () => {
    const web = await bench.run("dify-web", "web", { env: { CONSOLE_API_URL: "http://console.test" } });
    const fetched = ["exec", web, "sh", "-c", "wget -q -O - http://$(hostname):3000/apps"];
    await eventually(async () => expect((await docker(...fetched)).output).toContain('"service": "dify-web"'));
    expect((await docker(...fetched)).output).toContain("http://console.test");
    expect(await docker("exec", web, "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/")).toMatchObject({
      code: 1,
    });
  });
});

describe("one thing broken turns the API red, and it says which", () => {
  it.each<[string, Environment, readonly Network[], readonly string[]]>([
    ["the database's password", { DB_PASSWORD: "wrong" }, BOTH, ["postgres"]],
    ["the database's name", { DB_DATABASE: "dify_plugin" }, BOTH, ["postgres"]],
    ["the vector store's password", { PGVECTOR_PASSWORD: "wrong" }, BOTH, ["pgvector"]],
    ["a vector database without the extension", { PGVECTOR_DATABASE: "dify_plugin" }, BOTH, ["pgvector"]],
    ["the alias of Redis", { REDIS_HOST: "cache" }, BOTH, ["redis"]],
    ["the password of Redis", { REDIS_PASSWORD: "wrong" }, BOTH, ["redis"]],
    ["the broker's password", { CELERY_BROKER_URL: "redis://:wrong@redis:6379/1" }, BOTH, ["broker"]],
    ["the bucket's name", { S3_BUCKET_NAME: "another" }, BOTH, ["bucket"]],
    ["the bucket's key", { S3_SECRET_KEY: "wrong-wrong" }, BOTH, ["bucket"]],
    ["the sandbox's key", { CODE_EXECUTION_API_KEY: "wrong" }, BOTH, ["sandbox"]],
    ["the proxy's port", { SSRF_PROXY_HTTP_URL: "http://ssrf_proxy:3129" }, BOTH, ["ssrfProxy"]],
    ["a key that is not set", { SECRET_KEY: "" }, BOTH, ["keys"]],
    ["no SSRF network: Squid is on both", {}, ["back"], ["sandbox"]],
  ])("%s", async (_, broken, networks, failed) => {
    const container = await run("broken", broken, networks);
    await answers(container, "http://localhost:5001/health", (answer) =>
      expect({ status: answer.status, failed: Object.keys(answer.failed) }).toEqual({ status: "503", failed }),
    );
    await docker("rm", "--force", "--volumes", container);
  });
});

describe("the sandbox", () => {
  const order = async (body: object, key = env.CODE_EXECUTION_API_KEY): Promise<unknown> => {
    const data = ["-H", `X-Api-Key: ${key}`, "-d", JSON.stringify(body), "http://localhost:8194/v1/sandbox/run"];
    return (JSON.parse((await docker("exec", sandbox, "curl", "-s", ...data)).output) as { data?: unknown }).data;
  };

  it("answers nobody without its key", async () => {
    expect(await order({ operation: "lookup", name: "localhost" }, "wrong")).toBeUndefined();
    expect(await order({ operation: "lookup", name: "localhost" })).toMatchObject({ reached: true });
  });

  it("reaches what the proxy allows through the proxy alone", async () => {
    await bench.run("dify-web", "outside", { env: { HOSTNAME: "0.0.0.0" } });
    const fetched = { operation: "fetch", url: "http://outside:3000/" };
    await eventually(async () =>
      expect(await order({ ...fetched, throughProxy: true })).toMatchObject({ reached: true, status: 200 }),
    );
    expect(await order(fetched)).toMatchObject({ reached: false });
    const inside = { operation: "fetch", url: "http://minio:9000/", throughProxy: true };
    expect(await order(inside)).toMatchObject({ reached: true, status: 403 });
  });

  it("finds neither names nor ports of the other network", async () => {
    expect(await order({ operation: "lookup", name: "db" })).toMatchObject({ reached: false });
    const inspected = await docker(
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      postgres,
    );
    const connect = { operation: "connect", host: inspected.output.trim(), port: 5432 };
    expect(await order(connect)).toMatchObject({ reached: false });
  });
});

describe("what proxies have to let through", () => {
  it("counts large uploads, of known length or chunked", async () => {
    const body = "x".repeat(20_000_000);
    const both: Record<string, string>[] = [{ "content-length": `${body.length}` }, { "transfer-encoding": "chunked" }];
    for (const headers of both) {
      const answer = await request(port, "/v1/files/upload?a=1", { method: "POST", headers, body });
      expect(JSON.parse(answer.body)).toMatchObject({ path: "/v1/files/upload?a=1", bodyBytes: 20_000_000 });
    }
  });

  it("streams: the first event is there while the last is not", async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const sent = http.get({ host: "127.0.0.1", port, path: "/v1/stream?events=2&interval=60", agent: false });
      sent.once("error", reject).once("response", (response) => {
        response.setEncoding("utf8").once("data", (text: string) => (resolve(text), response.destroy()));
      });
    });
    expect(first).toMatch(/^data: \{"standIn": true, .*"event": 0\}\n\n$/);
  });

  it("signs in by cookies and knows a page by its CSRF token", async () => {
    const login = await request(port, "/console/api/login", { method: "POST", body: "{}" });
    const cookie = (login.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ");
    const token = /csrf_token=(\w+)/.exec(cookie)?.[1] ?? "";
    const profile = (headers: Record<string, string>): Promise<{ status: number }> =>
      request(port, "/console/api/account/profile", { headers });
    expect(await profile({ cookie, "x-csrf-token": token })).toMatchObject({ status: 200 });
    expect(await profile({ cookie })).toMatchObject({ status: 401 });
  });

  it("upgrades socket.io to a web socket and says what arrived", async () => {
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
    const [accept, text] = await new Promise<[unknown, string]>((resolve, reject) => {
      const sent = http.get({ host: "127.0.0.1", port, path: "/socket.io/", agent: false, headers: upgrade });
      sent.once("error", reject).once("upgrade", (response, socket, head) => {
        const chunks: Buffer[] = [head];
        socket.on("data", (chunk: Buffer) => chunks.push(chunk));
        socket.once("end", () => resolve([response.headers["sec-websocket-accept"], Buffer.concat(chunks).toString()]));
      });
    });
    expect(accept).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // the example of RFC 6455
    expect(text).toContain('"path": "/socket.io/"');
  });
});
