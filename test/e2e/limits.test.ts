/** What one client may take, with limits so small that they are met: streams that last, streams at once, requests a second. */
import { once } from "node:events";
import http from "node:http";
import { eventually } from "../support/eventually";
import { request } from "../support/http";
import { INITIALIZE, MCP_HEADERS } from "../support/initialize";
import { openSession, withSession } from "../support/mcp-client";
import { createStack, type TestStack } from "../support/stack";
import { errorOf, visitor } from "../support/visitor";

jest.setTimeout(240_000);

/** In place of the hour of the default. */
const STREAM_SECONDS = 20;
const STREAMS = 64;
const PER_SECOND = 40;
/** Streams that are asked for at once. */
const BATCH = 8;

let stack: TestStack;
beforeAll(async () => {
  const limits = { streamSeconds: STREAM_SECONDS, streamsPerClient: STREAMS, requestsPerSecond: PER_SECOND };
  stack = await createStack({ servers: "time", ...limits }, { prefix: "limits" });
  await stack.succeed("up");
});
afterAll(() => stack.remove());

interface Stream {
  readonly status: number;
  /** Milliseconds from its beginning to its end. */
  readonly ended: Promise<number>;
  close(): void;
}

/** Opens a session's stream of events, as clients do to hear from the server. */
async function listen(sessionId: string): Promise<Stream> {
  const began = Date.now();
  const headers = { accept: "text/event-stream", "mcp-session-id": sessionId, host: "localhost" };
  const sent = http.get({ host: "127.0.0.1", port: stack.port, path: "/mcp", headers, agent: false });
  const [response] = (await once(sent, "response")) as [http.IncomingMessage];
  const ended = new Promise<number>((resolve) => {
    response.resume().on("error", () => undefined);
    response.on("close", () => resolve(Date.now() - began));
  });
  return { status: response.statusCode ?? 0, ended, close: () => sent.destroy() };
}

/** A session without a client around it: its id. */
async function session(): Promise<string> {
  const headers = { ...MCP_HEADERS, host: "localhost" };
  const { status, headers: answered } = await request(stack.port, "/mcp", {
    method: "POST",
    headers,
    body: INITIALIZE,
  });
  expect(status).toBe(200);
  return String(answered["mcp-session-id"]);
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it("a silent stream lasts as long as it may, and no longer", async () => {
  const stream = await listen(await session());
  expect(stream.status).toBe(200);
  const lasted = await stream.ended;
  expect(lasted).toBeGreaterThan(STREAM_SECONDS * 1000 - 1_000);
  expect(lasted).toBeLessThan(STREAM_SECONDS * 1000 + 15_000);
});

it("a client of the SDK works on after its stream was ended: it opens another", async () => {
  const client = await openSession(stack.url("/mcp"));
  try {
    await pause(STREAM_SECONDS * 1000 + 3_000);
    expect(await client.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
  } finally {
    await client.end();
  }
});

it("idle streams of one client are bounded, each further one is told so, and they are free again once closed", async () => {
  const ids: string[] = [];
  for (let i = 0; i < STREAMS + 16; i++) {
    ids.push(await session());
    // Below the requests of a second.
    await pause(1000 / PER_SECOND);
  }
  const streams: Stream[] = [];
  try {
    // Some at a time, so that none has come to its end by itself before the last is asked for.
    for (let first = 0; first < ids.length; first += BATCH) {
      const some = ids.slice(first, first + BATCH);
      streams.push(...(await Promise.all(some.map(listen))));
      await pause((1000 * some.length) / PER_SECOND);
    }
    const by = (status: number): number => streams.filter((stream) => stream.status === status).length;
    expect([by(200), by(429)]).toEqual([STREAMS, 16]);
    expect(await visitor(() => stack).statusFromElsewhere()).toBe("ok");
  } finally {
    for (const stream of streams) stream.close();
  }
  await eventually(async () => expect((await request(stack.port, "/healthz/mcp-gateway")).status).toBe(200));
  expect(await withSession(stack.url("/mcp"), ({ toolNames }) => toolNames())).toContain("get_current_time");
});

it("requests beyond those of a second are told so, and are answered again a moment later", async () => {
  const all = await Promise.all(
    Array.from({ length: PER_SECOND * 8 }, () => request(stack.port, "/healthz/mcp-gateway")),
  );
  const refused = all.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(errorOf(refused[0]?.body ?? "{}")).toBe("too_many_requests");
  expect(all.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(PER_SECOND);
  await eventually(async () => expect((await request(stack.port, "/healthz/mcp-gateway")).status).toBe(200));
});
