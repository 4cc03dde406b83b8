/** The lights of the AI bundle, whose model servers are on a network of their own; a part of ai.test.ts. */
import { request } from "../../support/http";
import type { TestStack } from "../../support/stack";
import { onStartPage, type StartPage } from "../../support/start-page";

const CORE = ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http"];
const AI = ["open-webui", "llm-proxy", "llama-cpp", "whisper-cpp"];
const MODEL_SERVERS = ["llama-cpp", "whisper-cpp"];

function describedTests(start: () => StartPage): void {
  it("all are up, each by a path that tells nothing else, without a key", async () => {
    await start().becomes("up", ...CORE, ...AI);
    for (const service of AI) {
      const { status, body } = await request(start().port, `/healthz/${service}`);
      expect([service, status, body]).toEqual([service, 200, '{"status":"ok"}']);
    }
    expect(start().complaints).toEqual([]);
    expect([...start().visited]).toEqual([start().origin]);
  });

  it("the page of the bundle is linked, and its API is an address", async () => {
    const link = start().page.getByRole("link", { name: "Open WebUI" });
    expect(await link.getAttribute("href")).toBe(`http://webui.localhost:${start().port}`);
    expect(await start().text("#endpoint-llm")).toBe(`${start().origin}/llm/v1`);
  });

  it("only health is without a key: what stands behind it is not", async () => {
    const headers = { host: `llm.localhost:${start().port}` };
    expect((await request(start().port, "/healthz/llama-cpp", { headers })).status).toBe(200);
    const closed = ["/healthz/llama-cpp/../v1/models", "/healthz/llama-cpp/props", "/health", "/v1/models"];
    for (const route of closed) expect([200]).not.toContain((await request(start().port, route, { headers })).status);
  });
}

function changingTests(start: () => StartPage): void {
  it.each([...MODEL_SERVERS, "open-webui"])("%s turns red when it stops, and green again", async (service) => {
    await start().container(service).stop();
    await start().becomes("down", service);
    expect(await start().shown(service)).toEqual({ word: "down", red: true });
    await start().becomes("up", ...[...CORE, ...AI].filter((name) => name !== service));
    await start().container(service).start();
    await start().becomes("up", service);
  });

  it("llm-proxy turns red when it stops, and the model servers behind it are not known until it is back", async () => {
    await start().container("llm-proxy").stop();
    await start().becomes("down", "llm-proxy");
    await start().becomes("unknown", ...MODEL_SERVERS);
    await start().container("llm-proxy").start();
    await start().becomes("up", ...CORE, ...AI);
  });
}

/** Declares the tests; the bundle is up when they run. */
export const aiLightTests = (stack: () => TestStack): void =>
  onStartPage(stack, (start) => {
    describedTests(start);
    changingTests(start);
  });
