import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { each, openStream } from "../../../commands/bench/stream-client";

/** Answers as an MCP endpoint does to `openStream`, and lets a test end streams or refuse them. */
class EndpointDouble {
  readonly streams: http.ServerResponse[] = [];
  readonly ended: string[] = [];
  refuseStreams = false;
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  async listen(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    request.resume();
    const session = request.headers["mcp-session-id"];
    if (request.method === "DELETE") this.ended.push(String(session));
    if (request.method !== "GET") {
      // A session is known until it was ended.
      const gone = request.method === "POST" && this.ended.includes(String(session));
      response.writeHead(gone ? 404 : 200, { "mcp-session-id": session ?? `s${Math.random()}` }).end("{}");
    } else if (this.refuseStreams) response.writeHead(429).end();
    else {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      this.streams.push(response);
    }
  }
}

let endpoint: EndpointDouble;
let target: { url: string; headers: Record<string, string> };
beforeEach(async () => {
  endpoint = new EndpointDouble();
  target = { url: await endpoint.listen(), headers: {} };
});
afterEach(() => endpoint.close());

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe("a stream", () => {
  it("that its client ends was not dropped, and its session is ended too", async () => {
    const stream = await openStream(target);
    expect(await stream.ping()).toBe(true);
    await stream.end();
    await moment();
    expect(stream.dropped()).toBe(false);
    expect(endpoint.ended).toHaveLength(1);
    expect(await stream.ping()).toBe(false);
  });

  it.each<[string, (response: http.ServerResponse) => void]>([
    ["ends", (response) => response.end()],
    ["cuts off", (response) => response.destroy()],
  ])("that the server %s was dropped", async (_how, finish) => {
    const [one, other] = [await openStream(target), await openStream(target)];
    finish(endpoint.streams[0] as http.ServerResponse);
    await moment();
    expect([one.dropped(), other.dropped()]).toEqual([true, false]);
  });

  it("that is refused is an error with the status, and leaves no session", async () => {
    endpoint.refuseStreams = true;
    await expect(openStream(target)).rejects.toThrow("HTTP 429 for a stream of events");
    expect(endpoint.ended).toHaveLength(1);
  });
});

it("work is done for each, never more at once than is said, and a failure stops no other", async () => {
  let [now, most] = [0, 0];
  const results = await each([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++now);
    await moment();
    now--;
    if (item === 2) throw new Error("two");
    return item * 10;
  });
  expect(most).toBe(2);
  expect(results.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).toEqual([
    10,
    "Error: two",
    30,
    40,
    50,
  ]);
});
