/**
 * Calls without the SDK: when a stream ends before its answer, the SDK says nothing and waits out its own timeout
 * (client/streamableHttp.js, _handleSseStream), so that it cannot tell a call that failed at once from one that nobody ever ended.
 */
import { MCP_HEADERS } from "./initialize";
import { openSession, type Session } from "./mcp-client";

/** JSON-RPC id of the calls: one at a time in a session. The SDK counts its own from 0. */
const ID = 4711;

/** How a call came to its end: with a result, with an error in words, by the end of its connection, or not at all. */
export type Ending = "answered" | "failed" | "cut" | "given up";

export interface CallEnd {
  readonly ending: Ending;
  /** Whether a result came; a tool's own error is one, too. */
  readonly hasResult: boolean;
  /** The answer or the error, for people who read a failure. */
  readonly said: string;
}

export interface LongCall {
  /** What became of it. */
  readonly ended: Promise<CallEnd>;
  /** Ends its session. */
  close(): Promise<void>;
}

export interface RawCallOptions {
  readonly url: string;
  readonly tool: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
}

interface Message {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean };
}

/** The messages of an answer, which is JSON or a stream of events. */
const messagesOf = (body: string): Message[] =>
  body.split("\n").flatMap((line) => {
    const json = line.startsWith("data:") ? line.slice("data:".length) : line;
    return json.trim().startsWith("{") ? [JSON.parse(json) as Message] : [];
  });

function endOf(ok: boolean, said: string): CallEnd {
  const answer = ok ? messagesOf(said).find(({ id }) => id === ID) : undefined;
  if (ok && answer === undefined) return { ending: "cut", hasResult: false, said };
  const good = answer?.result !== undefined && answer.result.isError !== true;
  return { ending: good ? "answered" : "failed", hasResult: answer?.result !== undefined, said };
}

/** Calls a tool in a session; whatever comes of it, it does not throw. */
export async function callRaw(session: Session, options: RawCallOptions): Promise<CallEnd> {
  const { url, tool: name, parameters = {}, timeout } = options;
  const { sessionId = "", protocolVersion = "" } = session.transport;
  const headers = {
    ...MCP_HEADERS,
    "mcp-session-id": sessionId,
    "mcp-protocol-version": protocolVersion,
  };
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: ID,
    method: "tools/call",
    params: { name, arguments: parameters },
  });
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeout) });
    return endOf(response.ok, await response.text());
  } catch (error) {
    const { name: kind, message } = error as Error;
    return { ending: kind === "TimeoutError" ? "given up" : "cut", hasResult: false, said: message };
  }
}

/** Opens a session of its own and starts the call. */
export async function startLongCall(options: RawCallOptions): Promise<LongCall> {
  const session = await openSession(options.url);
  return { ended: callRaw(session, options), close: () => session.client.close() };
}
