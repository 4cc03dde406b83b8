/** The stack's MCP servers as tools of Dify: what its MCP client sends, through the proxy that it is given; a part of dify.test.ts. */
import { askMcp } from "../../support/dify-mcp";
import type { DifyStack } from "../../support/dify-stack";

/** What a user enters in Dify, at Tools → MCP. */
const GATEWAY = "http://mcp-router:8080/mcp";
const NIXOS = "http://mcp-router:8080/mcp/nixos";

const initialize = {
  method: "initialize",
  params: { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "dify", version: "1" } },
};

/** Names of the tools that a service of Dify gets from an MCP server. */
async function tools(dify: DifyStack, service: string, url: string): Promise<string[]> {
  const { headers } = await askMcp(dify, service, url, { id: 1, ...initialize });
  const session = headers["mcp-session-id"];
  await askMcp(dify, service, url, { method: "notifications/initialized" }, session);
  const { status, result } = await askMcp(dify, service, url, { id: 2, method: "tools/list" }, session);
  expect(status).toBe(200);
  return (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
}

/** Declares the tests. */
export function mcpTests(dify: () => DifyStack): void {
  it.each([
    ["dify-api", GATEWAY, "get_current_time"],
    ["dify-worker", GATEWAY, "get_current_time"],
    ["dify-api", NIXOS, "nix"],
  ])("are listed for %s at %s", async (service, url, tool) => {
    expect(await tools(dify(), service, url)).toContain(tool);
  });

  it("are all that the proxy lets through to what is private", async () => {
    const [router] = await dify().addresses("mcp-router");
    const refused = [
      ...["http://mcp-router:8080/healthz", "http://mcp-router:8080/mcp/../healthz", "http://mcp-router:8080/mcpx"],
      ...["http://mcp-router:8081/mcp", `http://${router}:8080/mcp`, "http://traefik:8811/mcp", "http://dify:8080/mcp"],
      ...["http://minio:9000/mcp", "http://dify-postgres:5432/mcp", "http://127.0.0.1:3128/mcp"],
    ];
    const answers = refused.map((url) => askMcp(dify(), "dify-api", url, { id: 1, ...initialize }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(refused.map(() => 403));
    // Not even a name: the gateway itself is on no network of the proxy.
    const gateway = await askMcp(dify(), "dify-api", "http://mcp-gateway:8811/mcp", { id: 1, ...initialize });
    expect(gateway.status).toBe(503);
  });
}
