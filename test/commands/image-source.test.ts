import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { findImageSource } from "../../commands/image-source";
import { freePort } from "../support/free-port";

const VERSION = { "docker-distribution-api-version": "registry/2.0" };

/** What is found out when the registry's address behaves like this. */
async function askedOf(answer: http.RequestListener, timeoutMs?: number): Promise<string> {
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await findImageSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`, timeoutMs);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answering =
  (status: number, headers: http.OutgoingHttpHeaders): http.RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end();

it.each([
  ["lets everybody in", 200],
  ["wants a login", 401],
  ["is overloaded", 503],
])("images are pulled where a registry %s", async (_what, status) => {
  expect(await askedOf(answering(status, VERSION))).toBe("pull");
});

it.each([
  ["a proxy refuses the host", 403, {}],
  ["a portal asks for a login of its own", 302, { location: "http://127.0.0.1:1/" }],
  ["a page answers in its place", 200, { "content-type": "text/html" }],
])("images are built where %s", async (_what, status, headers) => {
  expect(await askedOf(answering(status, headers))).toBe("build");
});

it("images are built where a portal leads elsewhere, whatever is there", async () => {
  const portal: http.RequestListener = (request, response) =>
    request.url === "/v2/"
      ? response.writeHead(302, { location: "/login" }).end()
      : response.writeHead(200, VERSION).end();
  expect(await askedOf(portal)).toBe("build");
});

it("the registry is asked by the path of its API", async () => {
  const asked: string[] = [];
  await askedOf((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  });
  expect(asked).toEqual(["GET /v2/"]);
});

it("images are built where nobody listens", async () => {
  expect(await findImageSource(`http://127.0.0.1:${await freePort()}/v2/`)).toBe("build");
});

it("images are built where the registry stays silent", async () => {
  expect(await askedOf(() => undefined, 50)).toBe("build");
});
