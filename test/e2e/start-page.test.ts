/** The start page in a real browser, before real services: what it shows is what is so. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startBrowser } from "../support/chromium";
import { eventually } from "../support/eventually";
import { request } from "../support/http";
import { createStack, PROJECT, type TestStack } from "../support/stack";

jest.setTimeout(300_000);

const CORE = ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http"];
/** Not a secret, but in the places where secrets are. */
const CANARY = "canary-5f0d3c9a";

let stack: TestStack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the browser complained of, and where it went. */
const complaints: string[] = [];
const visited = new Set<string>();

const origin = (): string => `http://localhost:${stack.port}`;

beforeAll(async () => {
  browser = await startBrowser();
  stack = await createStack({
    servers: "time",
    overrides: { "mcp-nixos-http": { environment: { CANARY } } },
  });
  fs.writeFileSync(path.join(path.dirname(stack.dataDir), "env"), `github.personal_access_token=${CANARY}\n`);
  await stack.succeed("up");
  context = await browser.newContext();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: origin() });
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (asked) => visited.add(new URL(asked.url()).origin));
  await page.goto(`${origin()}/?poll=200`);
});
afterAll(async () => {
  await browser?.close();
  await stack?.remove();
});

const light = (service: string) => page.locator(`[data-service="${service}"]`);
const becomes = (service: string, state: string): Promise<void> =>
  light(service)
    .and(page.locator(`[data-state="${state}"]`))
    .waitFor({ timeout: 60_000 });
/** The colour that a light has on the screen, as red, green and blue. */
const colour = async (service: string): Promise<number[]> => {
  const element = `document.querySelector('[data-service="${service}"] .light')`;
  const shown = await page.evaluate<string>(`getComputedStyle(${element}).backgroundColor`);
  return (shown.match(/\d+/g) ?? []).map(Number);
};
const clipboard = (): Promise<string> => page.evaluate<string>("navigator.clipboard.readText()");
const container = (service: string) => stack.docker.getContainer(`${PROJECT}-${stack.name}-${service}`);

describe("loaded", () => {
  it("shows every service of the core as up, and says so in one line", async () => {
    for (const service of CORE) await becomes(service, "up");
    expect(await page.locator("[data-service]").count()).toBe(CORE.length);
    expect(await page.locator("#summary-text").textContent()).toBe("All 4 watched services are up");
    for (const service of CORE) {
      const [red = 0, green = 0] = await colour(service);
      expect([await light(service).locator(".word").textContent(), green > red]).toEqual(["up", true]);
    }
  });

  it("states the source of each light, which answers by itself, and with nothing of the service's own", async () => {
    for (const service of CORE) {
      const source = page.getByRole("link", { name: `/healthz/${service}`, exact: true });
      const answer = await request(stack.port, (await source.getAttribute("href")) ?? "");
      expect([service, answer.status]).toEqual([service, 200]);
      expect(answer.body).toMatch(/^(OK|\{"status":"ok"(,"service":"[\w-]+")?\})$/);
    }
  });

  it("has the picture, in the colours that the reader likes", async () => {
    const width = await page.evaluate<number>("document.querySelector('.picture img').naturalWidth");
    expect(width).toBeGreaterThan(300);
    const paper = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "light" });
    const bright = await paper();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await paper()).not.toBe(bright);
  });

  it("names the images that run", async () => {
    const text = await page.locator("table.images").innerText();
    for (const service of CORE) {
      const { Config: config } = await container(service).inspect();
      const at = config.Image.lastIndexOf(":");
      expect(text).toContain(config.Image.slice(0, at));
      expect(text).toContain(config.Image.slice(at + 1));
    }
  });

  it("asked nobody but the stack, and the browser has nothing to complain of", () => {
    expect([...visited]).toEqual([origin()]);
    expect(complaints).toEqual([]);
  });

  it("is closed to frames, foreign scripts and foreign pages, and holds no secret", async () => {
    const { headers, body } = await request(stack.port, "/");
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    const secrets = fs
      .readdirSync(path.join(stack.dataDir, "secrets"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("/value"))
      .map((name) => fs.readFileSync(path.join(stack.dataDir, "secrets", name), "utf8"));
    expect(secrets.length).toBeGreaterThan(0);
    const files = fs.readdirSync(path.join(stack.dataDir, "start-page"));
    const all = [body, ...files.map((name) => fs.readFileSync(path.join(stack.dataDir, "start-page", name), "utf8"))];
    for (const secret of [CANARY, ...secrets]) expect(all.filter((text) => text.includes(secret))).toEqual([]);
    const foreign = await request(stack.port, "/", { headers: { host: "evil.example" } });
    expect(foreign.status).toBe(403);
  });

  it("leaves other paths as they were", async () => {
    for (const route of ["/nothing", "/start-page/", "/start-page/nothing", "/index.html", "/asked/mcp-gateway"]) {
      expect([route, (await request(stack.port, route)).status]).toEqual([route, 404]);
    }
    expect((await request(stack.port, "/", { method: "POST" })).status).toBe(405);
    expect((await request(stack.port, "/healthz/mcp-gateway", { method: "POST" })).status).toBe(405);
    expect((await request(stack.port, "/healthz/open-webui")).status).toBe(503);
  });
});

describe("copying", () => {
  const clients = async (): Promise<string[]> =>
    page.locator("details.client").evaluateAll((all) => all.map(({ id }) => id.replace("client-", "")));

  it("gives the configuration of each client, with the address that the browser used", async () => {
    const names = await clients();
    expect(names).toEqual(["claude-code", "vscode", "claude-desktop", "cursor", "codex", "gemini-cli", "zed"]);
    for (const name of names) {
      const client = page.locator(`#client-${name}`);
      if ((await client.getAttribute("open")) === null) await client.locator("summary").click();
      await client.getByRole("button").click();
      await page.locator("#said", { hasText: "Copied" }).waitFor();
      const text = await clipboard();
      if (name === "codex") expect(text).toContain(`[mcp_servers.agent-hub]\nurl = "${origin()}/mcp"`);
      else expect(JSON.stringify(JSON.parse(text))).toContain(`"${origin()}/mcp"`);
    }
  });

  it("works with the keyboard alone", async () => {
    const copied: string[] = [];
    await page.locator("a.skip").focus();
    for (let presses = 0; presses < 80 && !copied.includes("config-claude-code"); presses++) {
      await page.keyboard.press("Tab");
      const on = await page.evaluate<string>("document.activeElement.dataset.copy ?? document.activeElement.tagName");
      // The first client's block was closed by opening another.
      if (on === "SUMMARY" && copied.length === 2) await page.keyboard.press("Enter");
      if (!/^(endpoint|config)-/.test(on)) continue;
      await page.keyboard.press("Enter");
      const wanted = (await page.locator(`#${on}`).textContent()) ?? "";
      await eventually(async () => expect(await clipboard()).toBe(wanted));
      copied.push(on);
    }
    expect(copied).toEqual(["endpoint-mcp", "endpoint-mcp-nixos", "config-claude-code"]);
  });
});

describe("what stops turns red, and green again when it is back", () => {
  it.each(["mcp-gateway", "mcp-nixos-http"])("%s alone", async (service) => {
    await container(service).stop();
    await becomes(service, "down");
    const [red = 0, green = 0] = await colour(service);
    expect(red).toBeGreaterThan(green);
    expect(await light(service).locator(".word").textContent()).toBe("down");
    expect(await page.locator("#summary-text").textContent()).toBe(`Down: ${service}`);
    expect(await page.locator("#said").textContent()).toBe(`${service}: down`);
    for (const other of CORE.filter((name) => name !== service)) await becomes(other, "up");
    await container(service).start();
    await becomes(service, "up");
  });

  it("mcp-router, and what is asked through it is not known meanwhile", async () => {
    await container("mcp-router").stop();
    await becomes("mcp-router", "down");
    await becomes("traefik", "up");
    for (const service of ["mcp-gateway", "mcp-nixos-http"]) await becomes(service, "unknown");
    await container("mcp-router").start();
    for (const service of CORE) await becomes(service, "up");
  });

  it("traefik, through which everything goes", async () => {
    await container("traefik").stop();
    await becomes("traefik", "down");
    await becomes("mcp-router", "unknown");
    await container("traefik").start();
    for (const service of CORE) await becomes(service, "up");
  });

  it("asks nothing while nobody looks", async () => {
    const hide = (hidden: boolean): Promise<void> =>
      page.evaluate(`Object.defineProperty(document, "hidden", { get: () => ${hidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
    const asked: string[] = [];
    page.on("request", (one) => asked.push(one.url()));
    await eventually(async () => expect(asked.length).toBeGreaterThan(0));
    await hide(true);
    // What is under way ends first.
    await sleep(1500);
    asked.length = 0;
    await sleep(1500);
    expect(asked).toEqual([]);
    await hide(false);
    await eventually(async () => expect(asked.length).toBeGreaterThan(0));
  });
});

describe("the page as a part of the graph", () => {
  it("changes with the stack while mcp-router stays, and is restored when somebody edited it", async () => {
    const router = await container("mcp-router").inspect();
    const file = path.join(stack.dataDir, "start-page/index.html");
    const before = fs.readFileSync(file, "utf8");
    const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
    if (code !== 0) throw new Error(output);

    fs.writeFileSync(file, "edited");
    fs.rmSync(path.join(stack.dataDir, "start-page/page.js"));
    expect((await stack.run("mcp-status")).stdout).toContain("start-page/index.html is missing or was changed");
    await stack.succeed("up");
    expect(fs.readFileSync(file, "utf8")).toBe(before);
    expect((await request(stack.port, "/start-page/page.js")).status).toBe(200);

    stack.configure({ servers: "time,memory" });
    await stack.succeed("up");
    expect((await request(stack.port, "/")).body).toContain("time, memory");
    expect((await container("mcp-router").inspect()).Id).toBe(router.Id);
  });
});
