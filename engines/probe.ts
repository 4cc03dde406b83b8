/**
 * Asks an MCP endpoint from outside, as a client would: initialise, list the tools, end the session. A process of a graph
 * node: `probe.ts URL SECONDS`. It fails when there is no answer within SECONDS, or no tool. ASKED_THROUGH in its
 * environment names the containers on the way, the one that answers first; ENGINE_HOST is the address of their engine.
 * TOKEN_FILE is a file with the token that clients have to show.
 */
import { readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { fetchError } from "./fetch-error";

/** Waiting time between two attempts, in milliseconds: short against the second that a container needs to start. */
const PAUSE = 250;
/** Longest wait in front of an empty list, in seconds: the gateway answers only when it has started its servers. */
const EMPTY_SECONDS = 5;

const EMPTY =
  "answers, but its list of tools is empty: either docker/mcp-gateway/tools.yaml switches off every tool of the enabled " +
  "servers, or none of these servers starts";

/** The ingress lets no client of this host in, because of `allowedSources`: it is up, more cannot be seen from here. */
export class NotAllowedHere extends Error {}

export interface Patience {
  /** Longest wait for an answer with tools, in seconds. */
  readonly seconds: number;
  /** Longest wait for tools from the first answer without any, in seconds. */
  readonly emptySeconds?: number;
  /** Called once when these are over, to give it another try. */
  readonly retry?: () => Promise<void>;
  /** Shown as `Authorization: Bearer`. */
  readonly token?: string;
}

async function toolNames(url: URL, token: string | undefined): Promise<string[]> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
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

/** Asks until there are tools. @throws Error naming the last answer, when the time is up; NotAllowedHere */
export async function waitForTools(url: URL, patience: Patience): Promise<string[]> {
  const { seconds, emptySeconds = EMPTY_SECONDS, token } = patience;
  let { retry } = patience;
  const end = Date.now() + seconds * 1000;
  let emptyEnd: number | undefined;
  for (;;) {
    const outcome = await toolNames(url, token).catch((error: Error) => ({ error }));
    const failure = "error" in outcome ? outcome.error : undefined;
    if (failure instanceof NotAllowedHere) throw failure;
    if (!("error" in outcome) && outcome.length > 0) return outcome;
    emptyEnd = failure ? undefined : (emptyEnd ?? Date.now() + emptySeconds * 1000);
    if (Date.now() > Math.min(end, emptyEnd ?? end)) {
      if (failure) throw new Error(`${url.href} gave no tools within ${seconds} s: ${fetchError(failure)}`);
      if (retry === undefined) throw new Error(`${url.href} ${EMPTY}`);
      await retry();
      [retry, emptyEnd] = [undefined, undefined];
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The gateway looks for its servers only when it starts; one that failed then, as on a full disk, is gone for good. */
async function restart(host: string, container: string): Promise<void> {
  console.log(`no tools yet: starting ${container} again`);
  // Loaded here, because it takes a quarter of a second that most probes need not wait. Node's own import() would not go
  // through the hook for TypeScript.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { connect } = require("./images/engine") as typeof import("./images/engine");
  await connect(host).getContainer(container).restart();
}

async function main(): Promise<void> {
  const [url = "", seconds = ""] = process.argv.slice(2);
  const { ENGINE_HOST: host, ASKED_THROUGH: ids = "", TOKEN_FILE: file } = process.env;
  const [container] = ids.split(" ").filter(Boolean);
  const retry = host && container ? () => restart(host, container) : undefined;
  try {
    const token = file ? { token: readFileSync(file, "utf8") } : {};
    const tools = await waitForTools(new URL(url), { seconds: Number(seconds), ...token, ...(retry && { retry }) });
    console.log(`${url} offers ${tools.length} tools`);
  } catch (error) {
    if (error instanceof NotAllowedHere)
      return console.log(`${url} answers, but allowedSources keeps this host out; tools were not listed`);
    const where = container === undefined ? "" : `; see docker logs ${container}`;
    console.error(`${(error as Error).message}${where}`);
    process.exit(1);
  }
}

if (require.main === module) void main();
