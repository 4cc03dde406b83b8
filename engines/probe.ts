/**
 * Asks an MCP endpoint from outside, as a client would: initialise, list the tools, end the session. A process of a graph
 * node: `probe.ts URL SECONDS`. It fails when there is no answer within SECONDS, or no tool.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** Waiting time between two attempts, in milliseconds: short against the second that a container needs to start. */
const PAUSE = 250;

/** The ingress lets no client of this host in, because of `allowedSources`: it is up, more cannot be seen from here. */
class NotAllowedHere extends Error {}

async function toolNames(url: URL): Promise<string[]> {
  const transport = new StreamableHTTPClientTransport(url);
  const client = new Client({ name: "mcp-gateway-stack-probe", version: "1" });
  try {
    await client.connect(transport);
    const { tools } = await client.listTools();
    return tools.map(({ name }) => name);
  } catch (error) {
    throw String(error).includes("source_refused") ? new NotAllowedHere() : error;
  } finally {
    // Ends the session, so that the gateway lets go of its containers.
    await transport.terminateSession().catch(() => undefined);
    await client.close();
  }
}

/** Node's "fetch failed" hides the reason in its cause. */
const describe = (error: Error): string =>
  error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;

/** Asks until there are tools. @throws Error naming the last answer, when the time is up. */
export async function waitForTools(url: URL, seconds: number): Promise<string[]> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const outcome = await toolNames(url).catch((error: Error) => error);
    if (outcome instanceof NotAllowedHere) throw outcome;
    if (!(outcome instanceof Error) && outcome.length > 0) return outcome;
    if (Date.now() > end) {
      const seen = outcome instanceof Error ? describe(outcome) : "its list of tools is empty";
      throw new Error(`${url.href} gave no tools within ${seconds} s: ${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function main(): Promise<void> {
  const [url = "", seconds = ""] = process.argv.slice(2);
  try {
    const tools = await waitForTools(new URL(url), Number(seconds));
    console.log(`${url} offers ${tools.length} tools`);
  } catch (error) {
    if (error instanceof NotAllowedHere)
      return console.log(`${url} answers, but allowedSources keeps this host out; tools were not listed`);
    console.error((error as Error).message);
    process.exit(1);
  }
}

if (require.main === module) void main();
