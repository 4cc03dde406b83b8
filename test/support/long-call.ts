/**
 * One call that is under way for long, without the SDK: when a stream ends before its answer, the SDK says nothing and waits out
 * its own timeout, so that it cannot tell a call that failed at once from one that nobody ever ended.
 */
import { openSession } from "./mcp-client";

/** JSON-RPC id of the call. */
const ID = 4711;

/** How a call came to its end: with a result, with an error in words, by the end of its connection, or not at all. */
export type Ending = "answered" | "failed" | "cut" | "given up";

export interface LongCall {
  /** What became of it; `said` is the answer or the error, for people who read a failure. */
  readonly ended: Promise<{ readonly ending: Ending; readonly said: string }>;
  /** Ends its session. */
  close(): Promise<void>;
}

export interface LongCallOptions {
  readonly url: string;
  readonly tool: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
}

interface Message {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean };
  readonly error?: unknown;
}

/** The messages of an answer, which is JSON or a stream of events. */
const messagesOf = (body: string): Message[] =>
  body.split("\n").flatMap((line) => {
    const json = line.startsWith("data:") ? line.slice("data:".length) : line;
    return json.trim().startsWith("{") ? [JSON.parse(json) as Message] : [];
  });

function endingOf(ok: boolean, body: string): Ending {
  if (!ok) return "failed";
  const answer = messagesOf(body).find(({ id }) => id === ID);
  if (answer === undefined) return "cut";
  return answer.result === undefined || answer.result.isError === true ? "failed" : "answered";
}

async function send(options: LongCallOptions, headers: Readonly<Record<string, string>>) {
  const { url, tool: name, parameters, timeout } = options;
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: ID,
    method: "tools/call",
    params: { name, arguments: parameters },
  });
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeout) });
    const said = await response.text();
    return { ending: endingOf(response.ok, said), said };
  } catch (error) {
    const { name: kind, message } = error as Error;
    return { ending: kind === "TimeoutError" ? ("given up" as const) : ("cut" as const), said: message };
  }
}

/** Opens a session of its own and starts the call. */
export async function startLongCall(options: LongCallOptions): Promise<LongCall> {
  const session = await openSession(options.url);
  const ended = send(options, {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-session-id": session.transport.sessionId ?? "",
    "mcp-protocol-version": session.transport.protocolVersion ?? "",
  });
  return { ended, close: () => session.client.close() };
}
