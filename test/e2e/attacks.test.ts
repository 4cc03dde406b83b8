/**
 * A stack as somebody would put it on a LAN: who gets in, and what an attacker finds. One stack for all, since bringing it
 * up takes the time. SECURITY.md has the results in words.
 */
import { eventually } from "../support/eventually";
import { request } from "../support/http";
import { INITIALIZE, MCP_HEADERS } from "../support/initialize";
import { openSession } from "../support/mcp-client";
import { hold, sendRaw, statuses } from "../support/raw-http";
import { createStack, type TestStack } from "../support/stack";
import { bearer, errorOf, visitor, withToken } from "../support/visitor";
import { signInTests } from "./attacks/sign-in";

jest.setTimeout(240_000);

let stack: TestStack;
beforeAll(async () => {
  const config = { servers: "time", auth: "basic", maxBodyMiB: 1, accessLog: true };
  stack = await createStack(config, { prefix: "attack" });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

const { own, ask, statusAt, statusFromElsewhere, routerId, works } = visitor(() => stack);

signInTests(() => stack);

it("a preview says what is reachable, from where, and by whom", async () => {
  const { output } = await stack.pulumi("preview");
  expect(output).toContain(`127.0.0.1:${stack.port} (ingress), from this machine`);
  expect(output).toMatch(/\/, \/mcp, \/mcp\/nixos +who shows a token, or a name and password \(auth basic\)/);
});

describe("a web page", () => {
  it("that let its own name point here (DNS rebinding) is refused, with a token too", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]) {
      const { status, body } = await ask("/mcp", { Host: host, ...bearer(own()) });
      expect([host, status, errorOf(body)]).toEqual([host, 403, "host_refused"]);
    }
  });

  it("of another origin is refused, with a token too", async () => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"]) {
      const { status, body } = await ask("/mcp", { Origin: origin, ...bearer(own()) });
      expect([origin, status, errorOf(body)]).toEqual([origin, 403, "origin_refused"]);
    }
  });
});

describe("requests that two servers could read in two ways", () => {
  const head = (): string => `Host: localhost\r\nAuthorization: Bearer ${own()}\r\n`;
  const SMUGGLED = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  // A right token and a body that opens a session: only the way in which its end is told is wrong. The gateway answers once it
  // has the whole body; of a path that needs none, the answer may be on its way before a bad chunk is seen.
  const size = Buffer.byteLength(INITIALIZE);
  const chunk = `${size.toString(16)}\r\n${INITIALIZE}\r\n`;
  const types = Object.entries(MCP_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const post = async (framed: string): Promise<number[]> =>
    statuses(await sendRaw(stack.port, `POST /mcp HTTP/1.1\r\n${head()}${types.join("")}${framed}`));

  it.each([
    ["a Content-Length", `Content-Length: ${size}\r\n\r\n${INITIALIZE}`],
    ["chunks", `Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`],
  ])("with %s as it should be, it is answered", async (_what, framed) => {
    expect(await post(framed)).toEqual([200]);
  });

  it.each([
    ["two different Content-Lengths", `Content-Length: ${size}\r\nContent-Length: ${size + 1}\r\n\r\n${INITIALIZE}`],
    ["a Content-Length with a sign", `Content-Length: +${size}\r\n\r\n${INITIALIZE}`],
    ["Transfer-Encoding with something else", `Transfer-Encoding: xchunked\r\n\r\n${chunk}0\r\n\r\n`],
    ["Transfer-Encoding twice", `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunk}0\r\n\r\n`],
    ["a space before the colon", `Content-Length : ${size}\r\n\r\n${INITIALIZE}`],
    ["a chunk size that is none", `Transfer-Encoding: chunked\r\n\r\n${chunk}zz\r\nhello\r\n0\r\n\r\n`],
  ])("%s: nothing gets through", async (_what, framed) => {
    const found = await post(framed);
    expect(found).toEqual([expect.any(Number)]);
    expect(found[0]).toBeGreaterThanOrEqual(400);
  });

  it("the end of one is never the beginning of another's", async () => {
    const clte = `POST /mcp HTTP/1.1\r\n${head()}Content-Length: ${SMUGGLED.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`;
    await sendRaw(stack.port, clte);
    // The router's connections are shared: another client's next answers must be its own.
    for (let i = 0; i < 20; i++) expect(await statusAt("/mcp")).toBe(401);
  });

  it("a folded header is one header: its second line authorises nobody", async () => {
    const folded = `GET /healthz/mcp-gateway HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n Authorization: Bearer ${own()}\r\n\r\n`;
    expect(statuses(await sendRaw(stack.port, folded)).filter((status) => status < 400)).toEqual([]);
  });

  it("two hosts, or two tokens of which one is right, are refused", async () => {
    const get = (lines: string) => `GET /healthz/mcp-gateway HTTP/1.1\r\n${lines}\r\n`;
    const right = `Authorization: Bearer ${own()}\r\n`;
    for (const lines of [
      `Host: localhost\r\nHost: evil.example\r\n${right}`,
      `Host: localhost\r\nAuthorization: Bearer nobody\r\n${right}`,
      `Host: localhost\r\n${right}Authorization: Bearer nobody\r\n`,
    ]) {
      expect(statuses(await sendRaw(stack.port, get(lines))).filter((status) => status < 400)).toEqual([]);
    }
  });
});

describe("what a client says of itself", () => {
  it("as another address is not believed: it is still this one's, in the log and for its limits", async () => {
    const forged = { "X-Forwarded-For": "203.0.113.9", "X-Real-Ip": "203.0.113.9", Forwarded: "for=203.0.113.9" };
    await ask("/healthz/mcp-gateway", { ...forged, ...bearer(own()) });
    const [router] = await stack.containers("mcp-router");
    const log = await stack.docker.getContainer(router?.Id ?? "").logs({ stdout: true, tail: 50 });
    expect(log.toString()).toContain('"client":"');
    expect(log.toString()).not.toContain("203.0.113.9");
  });

  it("as another host or path opens nothing", async () => {
    const headers = { "X-Forwarded-Host": "localhost", "X-Original-URL": "/healthz", "X-Rewrite-Url": "/healthz" };
    expect(await statusAt("/mcp", headers)).toBe(401);
    expect(await statusAt("/mcp", { Host: "evil.example", ...headers })).toBe(403);
  });

  it.each([
    "//mcp",
    "/mcp/../mcp",
    "/healthz/../mcp",
    "/healthz/%2e%2e/mcp",
    "/MCP",
    "/%6dcp",
    "/mcp%2fnixos",
    "/mcp;x",
    "/.well-known/../mcp",
    "/healthz%2f..%2fmcp",
  ])("as the path %s reaches no server without a token", async (url) => {
    const { status, body } = await ask(url);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain("jsonrpc");
    // A redirect of the ingress is an answer, too; what it leads to is guarded as above.
  });
});

describe("a client that takes too much", () => {
  const alive = async (): Promise<void> => expect(await works(own())).toContain("UTC");

  it("in a body or in headers is refused, and nothing of it is kept", async () => {
    const body = "x".repeat(2 * 2 ** 20);
    const { status, body: told } = await request(stack.port, "/mcp", { method: "POST", headers: bearer(own()), body });
    expect([status, errorOf(told)]).toEqual([413, "body_too_large"]);
    expect(await statusAt("/healthz", { "X-Big": "x".repeat(80 * 1024) })).toBe(431);
    await alive();
  });

  it("by sending its headers slowly holds a connection, and nobody up", async () => {
    const held = await hold(stack.port, 1000, "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    try {
      await alive();
    } finally {
      held.close();
    }
  });

  it("with a thousand idle streams gets its share of them, and other clients keep theirs", async () => {
    // A body that never comes. Go passes no answer on before it, so the share is seen by the next request.
    const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${own()}\r\nContent-Length: 9\r\n\r\n`;
    const isFull = (seconds: number): Promise<void> =>
      eventually(async () => expect(await statusAt("/healthz/mcp-gateway", bearer(own()))).toBe(429), seconds);
    let held = await hold(stack.port, 1000, head);
    try {
      await isFull(20).catch(async () => {
        // Nginx waits for a body for 30 s: on a busy machine the first may be over before the last has come.
        held.close();
        held = await hold(stack.port, 1000, head);
        await isFull(30);
      });
      expect(await statusFromElsewhere(bearer(own()))).toBe("ok");
    } finally {
      held.close();
    }
    await eventually(alive);
    const { RestartCount } = await stack.docker.getContainer(await routerId()).inspect();
    expect(RestartCount).toBe(0);
  });
});

describe("clients of the official SDK", () => {
  it("in parallel stay below every limit", async () => {
    const all = await Promise.all(Array.from({ length: 16 }, () => openSession(stack.url("/mcp"), withToken(own()))));
    try {
      const calls = all.flatMap(({ toolNames }) => Array.from({ length: 20 }, () => toolNames()));
      for (const names of await Promise.all(calls)) expect(names).toContain("get_current_time");
    } finally {
      await Promise.all(all.map(({ end }) => end()));
    }
  });

  it("cannot use a session id that nobody gave them, nor another client's, with or without a token", async () => {
    const other = (await stack.succeed("mcp-token", "add", "other")).stdout.trim();
    const session = await openSession(stack.url("/mcp"), withToken(own()));
    const ping = (id: string, more: Record<string, string>) =>
      request(stack.port, "/mcp", {
        method: "POST",
        headers: { ...MCP_HEADERS, "Mcp-Session-Id": id, ...more },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      });
    try {
      const id = session.transport.sessionId ?? "";
      expect((await ping(id, {})).status).toBe(401);
      expect((await ping(id, bearer(own()))).status).toBe(200);
      for (const foreign of [id, id.replace(/\.[0-9a-f]+$/, ""), `${id}0`, "A".repeat(32)]) {
        const { status, body } = await ping(foreign, bearer(other));
        expect([foreign, status, errorOf(body)]).toEqual([foreign, 404, "session_unknown"]);
      }
      expect((await ping("A".repeat(32), bearer(own()))).status).toBe(404);
    } finally {
      await session.end();
    }
  });
});
