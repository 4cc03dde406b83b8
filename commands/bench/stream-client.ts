/**
 * Streams of events that clients hold open to hear from the server: GET with the id of a session that was begun before. With
 * Node's own client, since a thousand clients of the SDK would be measured in place of the stack.
 */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { Target } from "./requests";

/** Where it is asked, and how its certificate is trusted. */
export interface StreamTarget extends Target {
  readonly ca?: readonly string[];
}

export interface Stream {
  /** Whether the other side has ended it. */
  readonly dropped: () => boolean;
  /** Whether its session answers a request. */
  ping(): Promise<boolean>;
  /** Ends stream and session. */
  end(): Promise<void>;
}

const VERSION = "2025-06-18";

/** A connection of its own for each request: that is what as many clients have. */
async function send(
  { url, headers, ca }: StreamTarget,
  method: string,
  more: Readonly<Record<string, string>>,
  body?: object,
): Promise<http.IncomingMessage> {
  const { request } = url.startsWith("https:") ? https : http;
  const own = { accept: "application/json, text/event-stream", "content-type": "application/json", ...headers };
  const trusted = ca === undefined ? {} : { ca: [...ca] };
  const sent = request(url, { method, agent: false, headers: { ...own, ...more }, ...trusted });
  // After the answer's head a cut connection is told here, too: it counts as a dropped stream.
  sent.on("error", () => undefined);
  sent.end(body === undefined ? undefined : JSON.stringify({ jsonrpc: "2.0", ...body }));
  const [response] = (await once(sent, "response")) as [http.IncomingMessage];
  return response;
}

/** Reads an answer to its end. @throws Error naming method and status, unless it is one of success */
async function ask(...args: Parameters<typeof send>): Promise<http.IncomingMessage> {
  const [{ url }, method] = args;
  const response = await send(...args);
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += String(part);
  if ((response.statusCode ?? 500) < 300) return response;
  throw new Error(`${method} ${url}: HTTP ${response.statusCode}: ${text.slice(0, 300)}`);
}

/** Begins a session as clients do. Gives the headers of its further requests. */
async function initialize(target: StreamTarget): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: "bench", version: "1" } };
  const { headers } = await ask(target, "POST", {}, { id: 1, method: "initialize", params });
  const session = { "mcp-session-id": String(headers["mcp-session-id"]), "mcp-protocol-version": VERSION };
  await ask(target, "POST", session, { method: "notifications/initialized" });
  return session;
}

/** Begins a session and opens its stream. @throws Error naming the status, when it is refused */
export async function openStream(target: StreamTarget): Promise<Stream> {
  const session = await initialize(target);
  const response = await send(target, "GET", { ...session, accept: "text/event-stream" });
  let closing = false;
  let dropped = false;
  response.resume().on("error", () => undefined);
  response.on("close", () => (dropped = !closing));
  const end = async (): Promise<void> => {
    closing = true;
    response.destroy();
    await ask(target, "DELETE", session);
  };
  if (response.statusCode !== 200) {
    await end().catch(() => undefined);
    throw new Error(`GET ${target.url}: HTTP ${response.statusCode} for a stream of events; expected 200`);
  }
  const ping = (): Promise<boolean> =>
    ask(target, "POST", session, { id: 2, method: "ping" }).then(
      () => true,
      () => false,
    );
  return { dropped: () => dropped, ping, end };
}

/** Does work for each, so many at once; gives what came of each in their order. */
export async function each<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      [results[index]] = await Promise.allSettled([work(items[index] as T)]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
