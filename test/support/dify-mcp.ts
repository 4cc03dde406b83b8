/** One message of the MCP protocol, as Dify's back end sends it. */
import type { DifyStack } from "./dify-stack";

/** What an MCP server answered; `result` is undefined where it was no server that did. */
export interface McpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly result: unknown;
}

/** Sends the message as Dify's client does (api/core/mcp/utils.py of langgenius/dify): through the proxy of its environment. */
const THROUGH_PROXY = 'exec curl -s -i --path-as-is --max-time 60 --proxy "$SSRF_PROXY_HTTP_URL" "$@"';

function mcpAnswer(text: string): McpAnswer {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => line.split(": ")).map(([name = "", value = ""]) => [name.toLowerCase(), value]);
  // One event of a stream, or JSON.
  const json = /^(?:data: )?(\{"jsonrpc".*)$/m.exec(body.join(""))?.[1];
  const { result } = JSON.parse(json ?? "{}") as { result?: unknown };
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    result,
  };
}

/** Sends it from a service of Dify's back end. */
export async function askMcp(
  dify: DifyStack,
  service: string,
  url: string,
  message: object,
  session?: string,
): Promise<McpAnswer> {
  const headers = ["content-type: application/json", "accept: application/json, text/event-stream"];
  const known = session === undefined ? headers : [...headers, `mcp-session-id: ${session}`];
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  const args = [...known.flatMap((header) => ["-H", header]), "-d", body, url];
  return mcpAnswer(await dify.inside(service, "sh", "-c", THROUGH_PROXY, "sh", ...args));
}
