/** The node's process: signals, several at once, proxies and certificates, which are matters of a process's own. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { partialFile } from "../../../engines/models/plan";
import { modelBytes } from "../../support/bad-server";
import { ModelFetch, until } from "../../support/model-fetch";

let model: ModelFetch;
beforeEach(async () => (model = await ModelFetch.start(modelBytes(3_000_000))));
afterEach(() => model.close());

const fetched = (): string =>
  expect.stringMatching(
    new RegExp(`^${model.target} is fetched \\(\\d+ s\\): 3\\.0 MB, SHA-256 ${model.right}\n$`),
  ) as string;
const present = (): string => `${model.target} is there: 3.0 MB, SHA-256 ${model.right}\n`;
/** Whatever the machine has, unset. */
const NO_PROXY = Object.fromEntries(
  ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
    .flatMap((name) => [name, name.toLowerCase()])
    .map((name) => [name, undefined]),
);

/** Bytes of the partial file so far. */
const partWritten = (): number => statSync(partialFile(model.plan()), { throwIfNoEntry: false })?.size ?? 0;

describe("the process", () => {
  it("ends with 0 and says what is there", async () => {
    expect(await model.run().ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(await model.run().ended).toEqual({ code: 0, stdout: present(), stderr: "" });
    expect(model.server.asked.length).toBe(1);
  });

  it("ends with 1 and says what is wrong", async () => {
    model.server.behave = () => ({ status: 404 });
    const { code, stdout, stderr } = await model.run().ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /: there is no such file \(404\); choose another model \(llamaCppModel\) or correct llama\S+Url\n$/,
    );
  });

  it.each<[NodeJS.Signals, number]>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("that is stopped by %s ends with %i and keeps what has arrived, for the next run", async (signal, expected) => {
    model.server.behave = (_, number) => (number === 0 ? { stallAt: 2_000_000 } : {});
    const first = model.run();
    await until("2 MB are written", () => partWritten() === 2_000_000);
    first.signal(signal);
    const { code, stdout, stderr } = await first.ended;
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain(
      `\n${model.server.url()}: stopped; the next run continues after the 2.0 MB that are here\n`,
    );
    expect(model.found()).toBeUndefined();
    expect(partWritten()).toBe(2_000_000);
    expect(await model.run().ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(model.server.ranges()).toEqual(["", "bytes=2000000-"]);
    expect(model.found()).toBe(model.right);
  });

  it("that is killed leaves a part that the next run continues, and a lock that it passes over", async () => {
    model.server.behave = (_, number) => (number === 0 ? { stallAt: 2_000_000 } : {});
    const first = model.run();
    await until("2 MB are written", () => partWritten() === 2_000_000);
    first.signal("SIGKILL");
    expect((await first.ended).code).toBeNull();
    expect(model.left()).toContain("model.gguf.lock");
    expect(model.found()).toBeUndefined();
    expect(await model.run().ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(model.server.ranges()).toEqual(["", "bytes=2000000-"]);
    expect(model.found()).toBe(model.right);
  });
});

describe("two at once", () => {
  it("fetch the model once: one works, the other waits and finds it there", async () => {
    let release = (): void => undefined;
    model.server.gate = new Promise((resolve) => (release = resolve));
    const first = model.run();
    await until("the first one asks", () => model.server.asked.length === 1);
    const second = model.run();
    await until("the second one waits", () => second.stderr().includes("waiting"));
    release();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, one.stdout]).toEqual([0, fetched()]);
    expect(two).toEqual({
      code: 0,
      stdout: present(),
      stderr: `${model.target}: another download is at it (process ${first.pid}); waiting for it to end\n`,
    });
    expect(model.server.ranges()).toEqual([""]);
    expect(model.found()).toBe(model.right);
  });

  it("go on where the first one was stopped", async () => {
    model.server.behave = (_, number) => (number === 0 ? { stallAt: 2_000_000 } : {});
    const first = model.run();
    await until("2 MB are written", () => partWritten() === 2_000_000);
    const second = model.run();
    await until("the second one waits", () => second.stderr().includes("waiting"));
    first.signal("SIGINT");
    expect((await first.ended).code).toBe(130);
    expect(await second.ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(model.server.ranges()).toEqual(["", "bytes=2000000-"]);
  });

  it("end when the waiting one is stopped", async () => {
    model.server.behave = () => ({ stallAt: 0 });
    const first = model.run();
    await until("the first one asks", () => model.server.asked.length === 1);
    const second = model.run();
    await until("the second one waits", () => second.stderr().includes("waiting"));
    second.signal("SIGINT");
    expect((await second.ended).code).toBe(130);
    first.signal("SIGINT");
    expect((await first.ended).stderr).toContain(`${model.server.url()}: stopped; nothing has arrived\n`);
    expect(model.left()).not.toContain("model.gguf.lock");
  });
});

describe("a proxy", () => {
  let proxy: http.Server;
  let seen: string[];
  beforeEach(async () => {
    seen = [];
    proxy = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end(model.body);
    });
    proxy.on("connect", (request, socket) => {
      seen.push(`CONNECT ${request.url}`);
      const upstream = net.connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on("error", () => undefined);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, "close");
  });
  const address = (): string => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  it.each([
    ["HTTP_PROXY", "http://"],
    ["http_proxy", "http://"],
    ["HTTP_PROXY", ""],
  ])("is asked for a plain URL when %s is set (to %pHOST:PORT)", async (name, scheme) => {
    const plan = model.plan({ url: "http://models.invalid/model.gguf" });
    const run = model.run(plan, { ...NO_PROXY, [name]: `${scheme}${address()}` });
    expect(await run.ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(seen).toEqual(["GET http://models.invalid/model.gguf"]);
  });

  it("is not asked for a host of NO_PROXY", async () => {
    const run = model.run(model.plan(), {
      ...NO_PROXY,
      HTTP_PROXY: `http://${address()}`,
      NO_PROXY: "example.org,127.0.0.1",
    });
    expect(await run.ended).toMatchObject({ code: 0, stdout: fetched() });
    expect(seen).toEqual([]);
  });

  describe("and a server with a certificate of its own", () => {
    let secure: https.Server;
    let ca: string;
    beforeEach(async () => {
      const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(model.directory, name)) as [string, string];
      const name = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:models.invalid"];
      const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
      execFileSync("openssl", [...made, "-keyout", key, "-out", cert, ...name], { stdio: "ignore" });
      ca = cert;
      const files = { key: readFileSync(key), cert: readFileSync(cert) };
      secure = https.createServer(files, ({ url }, response) => {
        if (url === "/away") response.writeHead(302, { location: model.server.url() });
        response.end(model.body);
      });
      secure.listen(0, "127.0.0.1");
      await once(secure, "listening");
    });
    afterEach(async () => {
      secure.closeAllConnections();
      secure.close();
      await once(secure, "close");
    });
    const port = (): number => (secure.address() as AddressInfo).port;

    it("are got through by a tunnel, when NODE_EXTRA_CA_CERTS names the CA", async () => {
      const plan = model.plan({ url: `https://models.invalid:${port()}/model.gguf` });
      const env = { ...NO_PROXY, HTTPS_PROXY: `http://${address()}`, NODE_EXTRA_CA_CERTS: ca };
      expect(await model.run(plan, env).ended).toMatchObject({ code: 0, stdout: fetched() });
      expect(seen).toEqual([`CONNECT models.invalid:${port()}`]);
    });

    it("do not lead to a place that is not encrypted", async () => {
      const url = `https://127.0.0.1:${port()}/away`;
      const { code, stderr } = await model.run(model.plan({ url }), { ...NO_PROXY, NODE_EXTRA_CA_CERTS: ca }).ended;
      expect(code).toBe(1);
      expect(stderr).toContain(
        `\n${url}: redirects to ${model.server.url()}, which is not encrypted; set that URL if you mean it\n`,
      );
      expect(model.server.asked).toEqual([]);
    });

    it("are not trusted without it, and the message names the variable", async () => {
      const url = `https://127.0.0.1:${port()}/model.gguf`;
      const { code, stderr } = await model.run(model.plan({ url }), NO_PROXY).ended;
      expect(code).toBe(1);
      expect(stderr).toContain(
        `\n${url}: its certificate is not trusted (self-signed certificate); behind a proxy that re-encrypts, set ` +
          "NODE_EXTRA_CA_CERTS to a file with the proxy's CA\n",
      );
    });
  });
});
