/** Every way into Dify through the ingress, asserted one by one; a part of dify.test.ts. */
import http from "node:http";
import type { DifyStack } from "../../support/dify-stack";
import { request } from "../../support/http";

const MIB = 2 ** 20;
/** Longer than the minute after which Nginx gives up by itself. */
const SILENCE_SECONDS = 65;

/** Begins a stream of two events with a long silence between; their numbers, when it is over. */
export async function silentStream(dify: DifyStack): Promise<number[]> {
  const path = `/v1/stream?events=2&interval=${SILENCE_SECONDS}`;
  const { body } = await request(dify.stack.port, path, { headers: { host: dify.host } });
  const lines = body.split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => (JSON.parse(line.slice("data: ".length)) as { event: number }).event);
}

/** Answer of an upgrade to WebSocket: the header that accepts it, and what came through it. */
const upgraded = (dify: DifyStack, path: string): Promise<{ accept: unknown; text: string }> =>
  new Promise((resolve, reject) => {
    const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
    const headers = { host: dify.host, ...upgrade, "sec-websocket-version": "13" };
    const sent = http.get({ host: "127.0.0.1", port: dify.stack.port, path, agent: false, headers });
    sent.once("response", ({ statusCode }) => reject(new Error(`${path} answered ${statusCode} to an upgrade`)));
    sent.once("error", reject).once("upgrade", ({ headers: { "sec-websocket-accept": accept } }, socket, head) => {
      const chunks: Buffer[] = [head];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.once("end", () => resolve({ accept, text: Buffer.concat(chunks).toString() }));
    });
  });

function paths(dify: () => DifyStack): void {
  it.each([
    ...["/console/api", "/api", "/v1", "/openapi", "/files", "/mcp", "/triggers"].map((route) => [route, "dify-api"]),
    ["/socket.io/", "dify-api"],
    ["/e/hook", "dify-plugin-daemon"],
    ["/explore", "dify-web"],
    ["/", "dify-web"],
  ])("have the route %s at %s", async (route = "", service = "") => {
    const below = route.endsWith("/") ? `${route}some/where?a=b` : `${route}/some/where?a=b`;
    const headers = { host: dify().host };
    expect(await dify().ask(below)).toMatchObject({ standIn: true, service, path: below, headers });
  });

  it("are told by which address a hook was asked", async () => {
    const { headers } = await dify().ask("/e/hook?a=b");
    expect(headers["dify-hook-url"]).toBe(`http://${dify().host}/e/hook?a=b`);
  });

  it("keep a session of cookies with its token, as the same site", async () => {
    const { host, stack } = dify();
    const login = await request(stack.port, "/console/api/login", { method: "POST", headers: { host } });
    const set = login.headers["set-cookie"] ?? [];
    expect(set).toEqual([
      expect.stringMatching(/^access_token=\w+; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^csrf_token=\w+; Path=\/; SameSite=Lax$/),
    ]);
    const cookies = set.map((cookie) => cookie.split(";")[0] ?? "");
    const token = cookies.find((cookie) => cookie.startsWith("csrf_token="))?.slice("csrf_token=".length) ?? "";
    const profile = (more: object) =>
      request(stack.port, "/console/api/account/profile", { headers: { host, cookie: cookies.join("; "), ...more } });
    expect((await profile({ "x-csrf-token": token })).status).toBe(200);
    expect((await profile({})).status).toBe(401);
  });
}

function bodies(dify: () => DifyStack): void {
  it("take uploads of just less than 100 MB, and no larger ones", async () => {
    const upload = (bytes: number) =>
      request(dify().stack.port, "/console/api/files/upload", {
        method: "POST",
        headers: { host: dify().host },
        body: "x".repeat(bytes),
      });
    const taken = await upload(99 * MIB);
    expect(JSON.parse(taken.body)).toMatchObject({ bodyBytes: 99 * MIB });
    const refused = await upload(101 * MIB).then(
      ({ status }) => status,
      () => 413,
    );
    expect(refused).toBe(413);
  });

  it("let WebSocket through", async () => {
    const { accept, text } = await upgraded(dify(), "/socket.io/?EIO=4&transport=websocket");
    expect(accept).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // the example of RFC 6455
    expect(text).toContain('"service": "dify-api"');
  });
}

/** Declares the tests; `difyPort` is the port that Dify has of its own. */
export function routeTests(dify: () => DifyStack, difyPort: () => number): void {
  paths(dify);
  bodies(dify);

  it("have a port of their own where one is asked for", async () => {
    const host = `localhost:${difyPort()}`;
    const answer = await request(difyPort(), "/v1/x", { headers: { host } });
    expect(JSON.parse(answer.body)).toMatchObject({ service: "dify-api", headers: { host } });
  });
}
