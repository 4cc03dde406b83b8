/** The lights of the Dify bundle. The stand-in's /health asks for everything that it needs; Dify's own would go on answering. */
import { request } from "../support/http";
import { createStack, type TestStack } from "../support/stack";
import { StartPage } from "../support/start-page";

// Building the images from nothing takes most of it.
jest.setTimeout(15 * 60_000);

const WATCHED = [
  ...["dify", "dify-web", "dify-api", "dify-plugin-daemon", "dify-ssrf-proxy", "dify-postgres", "dify-redis", "minio"],
];
const UNWATCHED = ["dify-sandbox", "dify-worker", "dify-worker-beat"];

let stack: TestStack;
let start: StartPage;

beforeAll(async () => {
  stack = await createStack({ servers: "time", bundles: "dify" }, { prefix: "page-dify" });
  await stack.succeed("up");
  start = await StartPage.open(stack);
});
afterAll(async () => {
  await start?.close();
  await stack?.remove();
});

it("all that can be asked are up, by paths that tell nothing else", async () => {
  await start.becomes("up", ...WATCHED);
  for (const service of WATCHED) {
    const { status, body } = await request(stack.port, `/healthz/${service}`);
    expect([service, status, body]).toEqual([service, 200, '{"status":"ok"}']);
  }
  expect(start.complaints).toEqual([]);
});

it("the others say why they have no light", async () => {
  for (const service of UNWATCHED) {
    const row = start.page
      .getByRole("row")
      .filter({ has: start.page.getByRole("rowheader", { name: service, exact: true }) });
    expect(await row.locator(".word").textContent()).toBe("not watched");
    expect(await row.locator(".source").textContent()).toMatch(/no light: .*npm run mcp-status/);
  }
});

it.each(["dify-web", "dify-plugin-daemon", "dify-api", "dify"])(
  "%s turns red when it stops, and green again",
  async (name) => {
    await start.container(name).stop();
    await start.becomes("down", name);
    await start.container(name).start();
    await start.becomes("up", ...WATCHED);
  },
);

it.each(["minio", "dify-ssrf-proxy"])("%s turns red when it stops, and green again", async (name) => {
  await start.container(name).stop();
  await start.becomes("down", name);
  await start.becomes("up", "dify", "dify-web", "dify-redis");
  await start.container(name).start();
  await start.becomes("up", ...WATCHED);
});

it.each([
  ["dify-postgres", "dify-redis"],
  ["dify-redis", "dify-postgres"],
])("%s is not well when it stops, which %s does not share, and is green again", async (name, other) => {
  await start.container(name).stop();
  await start.becomes("unknown", name);
  expect((await request(stack.port, `/healthz/${name}`)).status).toBe(503);
  expect((await request(stack.port, `/healthz/${other}`)).status).toBe(200);
  await start.container(name).start();
  await start.becomes("up", ...WATCHED);
});
