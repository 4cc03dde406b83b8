import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { findImageSource } from "../../commands/image-source";
import { freePort } from "../support/free-port";

const REGISTRY = { "docker-distribution-api-version": "registry/2.0" };

describe("where images come from", () => {
  let server: http.Server;
  let url: string;
  let answer: http.RequestListener;
  const before = { ...process.env };
  beforeEach(async () => {
    for (const name of ["http_proxy", "https_proxy", "no_proxy"])
      for (const variable of [name, name.toUpperCase()]) delete process.env[variable];
    server = http.createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`;
  });
  afterEach(async () => {
    process.env = { ...before };
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<[string, "pull" | "build", number, Record<string, string>]>([
    ["a registry lets everybody in", "pull", 200, REGISTRY],
    ["a registry first wants to know who asks, as Docker Hub does", "pull", 401, REGISTRY],
    ["a registry has had enough for now", "pull", 429, REGISTRY],
    ["a captive portal answers every request itself", "build", 200, { "content-type": "text/html" }],
    ["a captive portal leads to its own page", "build", 302, { location: "/" }],
    ["a proxy refuses the host", "build", 403, {}],
  ])("when %s: %s", async (_when, source, status, headers) => {
    answer = (request, response) => {
      // Where the portal leads to must not be looked at, whatever it is.
      if (request.url === "/v2/") response.writeHead(status, headers).end("body");
      else response.writeHead(200, REGISTRY).end();
    };
    expect(await findImageSource(url)).toBe(source);
  });

  it("when nobody answers in time: build", async () => {
    answer = () => undefined;
    expect(await findImageSource(url, 50)).toBe("build");
  });

  it("when the connection is refused: build", async () => {
    expect(await findImageSource(`http://127.0.0.1:${await freePort()}/v2/`)).toBe("build");
  });

  it("when the environment names a proxy, by that proxy", async () => {
    const asked: string[] = [];
    answer = (_request, response) => void response.writeHead(401, REGISTRY).end();
    server.on("connect", ({ url: target = "" }, socket) => {
      asked.push(target);
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.emit("connection", socket);
    });
    process.env.http_proxy = new URL(url).origin;
    expect(await findImageSource("http://registry.test/v2/")).toBe("pull");
    expect(asked).toEqual(["registry.test:80"]);
  });

  it("leaves no connection behind", async () => {
    let closed: Promise<unknown> | undefined;
    answer = ({ socket }, response) => {
      closed = once(socket, "close");
      response.writeHead(200, REGISTRY).write("a body that never ends");
    };
    expect(await findImageSource(url, 600_000)).toBe("pull");
    await closed;
  });
});
