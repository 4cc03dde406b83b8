/** The lights of the Dify bundle; a part of dify.test.ts. */
import { request } from "../../support/http";
import type { TestStack } from "../../support/stack";
import { onStartPage, type StartPage } from "../../support/start-page";

const PROXIES = ["dify-ssrf-proxy", "dify-api-proxy"];
const DATABASES = ["dify-postgres", "dify-redis"];
const WATCHED = ["dify", "dify-web", "dify-api", "dify-plugin-daemon", "minio", ...PROXIES, ...DATABASES];
const UNWATCHED = ["dify-sandbox", "dify-worker", "dify-worker-beat"];

function describedTests(start: () => StartPage): void {
  it("all that can be asked are up, by paths that tell nothing else", async () => {
    await start().becomes("up", ...WATCHED);
    for (const service of WATCHED) {
      const { status, body } = await request(start().port, `/healthz/${service}`);
      expect([service, status, body]).toEqual([service, 200, '{"status":"ok"}']);
    }
    expect(start().complaints).toEqual([]);
  });

  it("the others say why they have no light", async () => {
    for (const service of UNWATCHED) {
      const row = start()
        .page.getByRole("row")
        .filter({ has: start().page.getByRole("rowheader", { name: service, exact: true }) });
      expect(await row.locator(".word").textContent()).toBe("not watched");
      expect(await row.locator(".source").textContent()).toMatch(/no light: .*npm run mcp-status/);
    }
  });
}

function changingTests(start: () => StartPage): void {
  it.each(["dify-web", "dify-plugin-daemon", "minio", ...PROXIES, ...DATABASES])(
    "%s turns red when it stops, and green again",
    async (name) => {
      await start().container(name).stop();
      await start().becomes("down", name);
      expect((await request(start().port, `/healthz/${name}`)).status).toBe(503);
      await start().becomes("up", ...["dify", "dify-web", ...DATABASES].filter((other) => other !== name));
      await start().container(name).start();
      await start().becomes("up", ...WATCHED);
    },
  );

  it.each([
    ["dify-api", DATABASES],
    ["dify", WATCHED.filter((name) => name !== "dify")],
  ])("%s turns red when it stops, and what is asked through it is not known until it is back", async (name, hidden) => {
    await start().container(name).stop();
    await start().becomes("down", name);
    await start().becomes("unknown", ...hidden);
    await start().container(name).start();
    await start().becomes("up", ...WATCHED);
  });
}

/** Declares the tests; the bundle is up when they run. */
export const difyLightTests = (stack: () => TestStack): void =>
  onStartPage(stack, (start) => {
    describedTests(start);
    changingTests(start);
  });
