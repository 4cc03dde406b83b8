/** `npm run tools`, `npm run call`: a real MCP client on the command line, for a first look and for scripts. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { coreEndpoints, type Endpoint } from "../services/endpoints";
import { upCommand } from "./no-stack";
import { signInHeaders } from "./sign-in";
import { readConfig } from "./stack-config";
import { transportTrust } from "./trust";

interface Options {
  readonly stack: string;
  readonly json?: boolean;
}

interface Place extends Pick<Endpoint, "url"> {
  readonly headers: Readonly<Record<string, string>>;
  readonly trust: ReturnType<typeof transportTrust>;
}

/** Opens a session, and ends it whatever happens, so that the gateway lets go of its containers. */
async function withClient<T>(
  stack: string,
  { url, headers, trust }: Place,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, ...trust });
  const client = new Client({ name: "mcp-gateway-stack", version: "1" });
  try {
    await client.connect(transport);
    return await work(client);
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof Error)) throw error;
    throw new Error(`${url} does not answer (${cause.message}); bring the stack up: ${upCommand(stack)}`, {
      cause: error,
    });
  } finally {
    await transport.terminateSession().catch(() => undefined);
    await client.close();
  }
}

function placesOf(stack: string): Place[] {
  const config = readConfig(stack);
  const headers = signInHeaders(config);
  const trust = transportTrust(config);
  return coreEndpoints(config).map(({ url }) => ({ url, headers, trust }));
}

/** Lists the tools of every endpoint. */
export async function tools({ stack, json }: Options): Promise<void> {
  const list = async (place: Place) => (await withClient(stack, place, (client) => client.listTools())).tools;
  const found = await Promise.all(placesOf(stack).map(async (place) => ({ url: place.url, tools: await list(place) })));
  if (json) return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  for (const { url, tools: offered } of found) {
    process.stdout.write(`${url}\n`);
    for (const { name, description = "" } of offered) {
      process.stdout.write(`  ${name.padEnd(28)} ${description.trim().split("\n")[0]?.slice(0, 90)}\n`);
    }
  }
}

/** @throws Error unless the text is an object of JSON */
export function parametersOf(name: string, text: string): Record<string, unknown> {
  const example = `write one in quotes, such as npm run call -- ${name} '{"key": "value"}'`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the arguments of ${name}, ${text}, are no JSON (${(error as Error).message}); ${example}`, {
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`the arguments of ${name}, ${text}, are no JSON object; ${example}`);
  return value as Record<string, unknown>;
}

/** Calls a tool at the first endpoint that has it, and prints what it answers. Exit code 1 if the tool reports an error. */
export async function call(name: string, text: string, { stack, json }: Options): Promise<void> {
  const parameters = parametersOf(name, text);
  for (const place of placesOf(stack)) {
    const result = await withClient(stack, place, async (client) => {
      const { tools: offered } = await client.listTools();
      return offered.some((tool) => tool.name === name) ? client.callTool({ name, arguments: parameters }) : undefined;
    });
    if (result === undefined) continue;
    const content = result.content as { type: string; text?: string }[];
    process.stdout.write(
      json
        ? `${JSON.stringify(result, null, 2)}\n`
        : `${content.map((part) => part.text ?? `(${part.type})`).join("\n")}\n`,
    );
    process.exitCode = result.isError ? 1 : 0;
    return;
  }
  throw new Error(`no endpoint of the stack ${stack} offers a tool "${name}"; npm run tools lists them`);
}
