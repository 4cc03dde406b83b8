/** MCP requests through the ingress against the gateway directly, with the official client. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Placement } from "../../engines/container-args";
import { secretDirectory, VALUE_FILE } from "../../engines/files/layout";
import { measureLoad, type Latency } from "./statistics";

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How its certificate is trusted. */
  readonly trust?: { readonly fetch?: typeof fetch };
}

const REQUESTS = {
  ping: (client: Client): Promise<unknown> => client.ping(),
  "tools/list": (client: Client): Promise<unknown> => client.listTools(),
  "tools/call": (client: Client): Promise<unknown> =>
    client.callTool({ name: "get_current_time", arguments: { timezone: "UTC" } }),
} as const;

export type RequestName = keyof typeof REQUESTS;
export const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[];

/** The gateway at an address of its own, with its token. */
export function directTarget({ dataDir }: Pick<Placement, "dataDir">, address: string): Target {
  const token = readFileSync(path.join(secretDirectory(dataDir, "gateway-token"), VALUE_FILE), "utf8");
  return { url: `http://${address}:8811/mcp`, headers: { Authorization: `Bearer ${token}` } };
}

async function connect({ url, headers, trust = {} }: Target): Promise<{ client: Client; end: () => Promise<void> }> {
  const options = { requestInit: { headers: { ...headers } }, ...trust };
  const transport = new StreamableHTTPClientTransport(new URL(url), options);
  const client = new Client({ name: "bench", version: "1" });
  await client.connect(transport);
  const end = async (): Promise<void> => {
    await transport.terminateSession().catch(() => undefined);
    await client.close();
  };
  return { client, end };
}

/** `count` requests by each of `clients` sessions at once; what the sessions need to get going is not counted. */
export async function latency(target: Target, name: RequestName, clients: number, count: number): Promise<Latency> {
  const sessions = await Promise.all(Array.from({ length: clients }, () => connect(target)));
  try {
    const requests = sessions.map(
      ({ client }) =>
        () =>
          REQUESTS[name](client),
    );
    await Promise.all(requests.map((request) => request()));
    return await measureLoad(requests, count);
  } finally {
    await Promise.all(sessions.map(({ end }) => end()));
  }
}

/** Longest wait for a first answer, in milliseconds. */
const ANSWER_MS = 180_000;

/** Waits until the endpoint lists tools. @throws Error with what it last said, when that takes three minutes */
export async function answering(target: Target): Promise<void> {
  const end = Date.now() + ANSWER_MS;
  for (;;) {
    try {
      await latency(target, "tools/list", 1, 1);
      return;
    } catch (error) {
      if (Date.now() > end)
        throw new Error(`${target.url} lists no tools: ${(error as Error).message}; npm run mcp-status says more`, {
          cause: error,
        });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sessions that stay open: `call` calls a tool, `end` ends the session. */
export async function openSessions(target: Target, count: number) {
  const sessions = await Promise.all(Array.from({ length: count }, () => connect(target)));
  return sessions.map(({ client, end }) => ({ call: () => REQUESTS["tools/call"](client), end }));
}
