import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { NotAllowedHere, waitForTools } from "../../engines/probe";
import { freePort } from "../support/free-port";

const ROOT = path.resolve(__dirname, "../..");
const EMPTY =
  "/mcp answers, but its list of tools is empty: either docker/mcp-gateway/tools.yaml switches off every tool of the enabled " +
  "servers, or none of these servers starts";

const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

/** An MCP server without sessions that offers these tools when it is asked. */
const mcp =
  (tools: () => readonly string[]): http.RequestListener =>
  async (request, response) => {
    const server = new McpServer({ name: "test", version: "1" }, { capabilities: { tools: {} } });
    // The handler of tools/list comes with the first tool.
    server.registerTool("first", {}, () => ({ content: [] })).remove();
    for (const name of tools()) server.registerTool(name, {}, () => ({ content: [] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on("close", () => void transport.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  };

/** A server that refuses with one of the ingress's own errors. */
const refusing =
  (status: number, body: string): http.RequestListener =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body);

/** Runs the probe as a graph node does. */
async function probe(url: string, env: NodeJS.ProcessEnv = {}) {
  const args = ["--require", "./loader.js", "engines/probe.ts", url, "0"];
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: code as number, stdout: stdout.trim(), stderr: stderr.trim() };
}

describe("an endpoint's tools", () => {
  it("are given as soon as there are any", async () => {
    const url = await serve(mcp(() => ["echo", "time"]));
    expect(await waitForTools(new URL(url), { seconds: 0 })).toEqual(["echo", "time"]);
  });

  it("are waited for while the endpoint answers with errors", async () => {
    let asked = 0;
    const up = mcp(() => ["echo"]);
    const down = refusing(502, '{"error":{"service":"mcp-gateway"}}');
    const url = await serve((request, response) => (asked++ < 2 ? down : up)(request, response));
    expect(await waitForTools(new URL(url), { seconds: 60 })).toEqual(["echo"]);
  });

  it("are waited for while the list is empty", async () => {
    let asked = 0;
    const url = await serve(mcp(() => (asked++ < 6 ? [] : ["echo"])));
    expect(await waitForTools(new URL(url), { seconds: 60, emptySeconds: 60 })).toEqual(["echo"]);
  });

  it("that stay away are a fault long before the time for a first answer is over", async () => {
    const url = await serve(mcp(() => []));
    const found = waitForTools(new URL(url), { seconds: 600, emptySeconds: 0 });
    await expect(found).rejects.toThrow(new Error(url.replace("/mcp", EMPTY)));
  });

  it("are asked for again after another try", async () => {
    let retries = 0;
    const url = await serve(mcp(() => (retries === 0 ? [] : ["echo"])));
    const retry = (): Promise<void> => Promise.resolve(void retries++);
    expect(await waitForTools(new URL(url), { seconds: 60, emptySeconds: 0, retry })).toEqual(["echo"]);
    expect(retries).toBe(1);
  });

  it("are given up when the other try brings none either", async () => {
    let retries = 0;
    const url = await serve(mcp(() => []));
    const retry = (): Promise<void> => Promise.resolve(void retries++);
    const found = waitForTools(new URL(url), { seconds: 60, emptySeconds: 0, retry });
    await expect(found).rejects.toThrow("answers, but its list of tools is empty");
    expect(retries).toBe(1);
  });

  it("of a dead upstream are a fault with the last answer", async () => {
    const url = await serve(refusing(502, '{"error":{"service":"mcp-gateway"}}'));
    const found = waitForTools(new URL(url), { seconds: 0 });
    await expect(found).rejects.toThrow(/gave no tools within 0 s: .*\{"error":\{"service":"mcp-gateway"\}\}$/);
  });

  it("where nobody listens are a fault with the reason", async () => {
    const found = waitForTools(new URL(`http://127.0.0.1:${await freePort()}/mcp`), { seconds: 0 });
    await expect(found).rejects.toThrow(
      /gave no tools within 0 s: fetch failed \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)$/,
    );
  });

  it("cannot be seen where the ingress keeps this host out", async () => {
    const url = await serve(refusing(403, '{"error":{"type":"source_refused"}}'));
    await expect(waitForTools(new URL(url), { seconds: 0 })).rejects.toThrow(NotAllowedHere);
  });
});

describe("the node of the graph", () => {
  it("says how many tools there are", async () => {
    const url = await serve(mcp(() => ["echo"]));
    expect(await probe(url)).toEqual({ code: 0, stdout: `${url} offers 1 tools`, stderr: "" });
  });

  it("starts the container that answers again when there are none, and fails when that did not help", async () => {
    const asked: string[] = [];
    const engine = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(204).end();
    });
    const url = await serve(mcp(() => []));
    const ENGINE_HOST = engine.replace("http:", "tcp:").replace("/mcp", "");
    expect({ ...(await probe(url, { ENGINE_HOST, ASKED_THROUGH: "abc123 def456" })), asked }).toEqual({
      code: 1,
      stdout: "no tools yet: starting abc123 again",
      stderr: `${url.replace("/mcp", EMPTY)}; see docker logs abc123`,
      asked: ["POST /containers/abc123/restart"],
    });
  });

  it("fails without any, and says where to look", async () => {
    const url = await serve(mcp(() => []));
    expect(await probe(url, { ASKED_THROUGH: "abc123 def456" })).toEqual({
      code: 1,
      stdout: "",
      stderr: `${url.replace("/mcp", EMPTY)}; see docker logs abc123`,
    });
  });

  it("lets an update pass where the ingress keeps this host out", async () => {
    const url = await serve(refusing(403, '{"error":{"type":"source_refused"}}'));
    expect(await probe(url)).toEqual({
      code: 0,
      stdout: `${url} answers, but allowedSources keeps this host out; tools were not listed`,
      stderr: "",
    });
  });
});
