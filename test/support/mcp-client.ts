/** The official MCP client, as a user's program would use it. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";

export interface Session {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Names of the tools, sorted. */
  toolNames(): Promise<string[]>;
  /** Text of a tool's answer. @throws Error when the tool reports one */
  call(name: string, parameters?: Record<string, unknown>): Promise<string>;
  /** Ends the session at the server, too. */
  end(): Promise<void>;
}

/** Opens a session. The caller calls `end()`. */
export async function openSession(url: string, options: StreamableHTTPClientTransportOptions = {}): Promise<Session> {
  const transport = new StreamableHTTPClientTransport(new URL(url), options);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const text = (content: unknown): string => (content as { text?: string }[]).map((part) => part.text ?? "").join("\n");
  return {
    client,
    transport,
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
    call: async (name, parameters = {}) => {
      const { content, isError } = await client.callTool({ name, arguments: parameters });
      if (isError) throw new Error(text(content));
      return text(content);
    },
    end: async () => {
      await transport.terminateSession().catch(() => undefined);
      await client.close();
    },
  };
}

/** Opens a session, uses it and ends it, whatever happens. */
export async function withSession<T>(
  url: string,
  work: (session: Session) => Promise<T>,
  options: StreamableHTTPClientTransportOptions = {},
): Promise<T> {
  const session = await openSession(url, options);
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
