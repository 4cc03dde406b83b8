/** The start page in a real browser, before real services: what it shows is what is so. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../support/eventually";
import { request } from "../support/http";
import { createStack, type TestStack } from "../support/stack";
import { StartPage } from "../support/start-page";

jest.setTimeout(300_000);

const CORE = ["traefik", "mcp-router", "mcp-gateway", "mcp-nixos-http"];
/** Not a secret, but in the places where secrets are. */
const CANARY = "canary-5f0d3c9a";

let stack: TestStack;
let start: StartPage;

beforeAll(async () => {
  stack = await createStack({ servers: "time", overrides: { "mcp-nixos-http": { environment: { CANARY } } } });
  fs.writeFileSync(path.join(path.dirname(stack.dataDir), "env"), `github.personal_access_token=${CANARY}\n`);
  await stack.succeed("up");
  start = await StartPage.open(stack);
});
afterAll(async () => {
  await start?.close();
  await stack?.remove();
});

describe("loaded", () => {
  it("shows every service of the core as up, and says so in one line", async () => {
    await start.becomes("up", ...CORE);
    expect(await start.page.locator("[data-service]").count()).toBe(CORE.length);
    expect(await start.text("#summary-text")).toBe("All 4 watched services are up");
    for (const service of CORE) {
      expect(await start.shown(service)).toEqual({ word: "up", red: false });
    }
  });

  it("states the source of each light, which answers by itself, and with nothing of the service's own", async () => {
    for (const service of CORE) {
      const source = start.page.getByRole("link", { name: `/healthz/${service}`, exact: true });
      const answer = await request(stack.port, (await source.getAttribute("href")) ?? "");
      expect([service, answer.status]).toEqual([service, 200]);
      expect(answer.body).toMatch(/^(OK|\{"status":"ok"(,"service":"[\w-]+")?\})$/);
    }
  });

  it("has the picture, in the colours that the reader likes", async () => {
    const width = await start.page.evaluate<number>("document.querySelector('.picture img').naturalWidth");
    expect(width).toBeGreaterThan(300);
    const paper = (): Promise<string> => start.page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await start.page.emulateMedia({ colorScheme: "light" });
    const bright = await paper();
    await start.page.emulateMedia({ colorScheme: "dark" });
    expect(await paper()).not.toBe(bright);
  });

  it("names the images that run", async () => {
    const text = await start.page.locator("table.images").innerText();
    for (const service of CORE) {
      const { Config: config } = await start.container(service).inspect();
      const at = config.Image.lastIndexOf(":");
      expect(text).toContain(config.Image.slice(0, at));
      expect(text).toContain(config.Image.slice(at + 1));
    }
  });

  it("asked nobody but the stack, and the browser has nothing to complain of", () => {
    expect([...start.visited]).toEqual([start.origin]);
    expect(start.complaints).toEqual([]);
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
    start.page.locator("details.client").evaluateAll((all) => all.map(({ id }) => id.replace("client-", "")));

  const title = (name: string): Promise<string> =>
    start.page.evaluate(`document.querySelector("#client-${name} summary").firstChild.textContent`);

  it("gives the configuration of each client, with the address that the browser used", async () => {
    const names = await clients();
    expect(names).toEqual(["claude-code", "vscode", "claude-desktop", "cursor", "codex", "gemini-cli", "zed"]);
    for (const name of names) {
      const client = start.page.locator(`#client-${name}`);
      if ((await client.getAttribute("open")) === null) await client.locator("summary").click();
      await client.getByRole("button").click();
      await start.page.locator("#said", { hasText: `Copied the configuration for ${await title(name)}` }).waitFor();
      const text = await start.clipboard();
      expect(text).toBe(await start.text(`#config-${name}`));
      if (name === "codex") expect(text).toContain(`[mcp_servers.agent-hub]\nurl = "${start.origin}/mcp"`);
      else expect(JSON.stringify(JSON.parse(text))).toContain(`"${start.origin}/mcp"`);
    }
  });

  it("works with the keyboard alone", async () => {
    const copied: string[] = [];
    await start.page.locator("a.skip").focus();
    for (let presses = 0; presses < 80 && !copied.includes("config-claude-code"); presses++) {
      await start.page.keyboard.press("Tab");
      const on = await start.page.evaluate<string>(
        "document.activeElement.dataset.copy ?? document.activeElement.tagName",
      );
      // The first client's block was closed by opening another.
      if (on === "SUMMARY" && copied.length === 2) await start.page.keyboard.press("Enter");
      if (!/^(endpoint|config)-/.test(on)) continue;
      await start.page.keyboard.press("Enter");
      const wanted = (await start.page.locator(`#${on}`).textContent()) ?? "";
      await eventually(async () => expect(await start.clipboard()).toBe(wanted));
      copied.push(on);
    }
    expect(copied).toEqual(["endpoint-mcp", "endpoint-mcp-nixos", "config-claude-code"]);
  });
});

describe("what stops turns red, and green again when it is back", () => {
  it.each(["mcp-gateway", "mcp-nixos-http"])("%s alone", async (service) => {
    await start.container(service).stop();
    await start.becomes("down", service);
    expect(await start.shown(service)).toEqual({ word: "down", red: true });
    expect(await start.text("#summary-text")).toBe(`Down: ${service}`);
    expect(await start.text("#said")).toBe(`${service}: down`);
    await start.becomes("up", ...CORE.filter((name) => name !== service));
    await start.container(service).start();
    await start.becomes("up", service);
  });

  it("mcp-router, and what is asked through it is not known meanwhile", async () => {
    await start.container("mcp-router").stop();
    await start.becomes("down", "mcp-router");
    await start.becomes("up", "traefik");
    await start.becomes("unknown", "mcp-gateway", "mcp-nixos-http");
    await start.container("mcp-router").start();
    await start.becomes("up", ...CORE);
  });

  it("traefik, through which everything goes", async () => {
    await start.container("traefik").stop();
    await start.becomes("down", "traefik");
    await start.becomes("unknown", "mcp-router");
    await start.container("traefik").start();
    await start.becomes("up", ...CORE);
  });

  it("asks nothing while nobody looks", async () => {
    const hide = (hidden: boolean): Promise<void> =>
      start.page.evaluate(`Object.defineProperty(document, "hidden", { get: () => ${hidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
    const asked: string[] = [];
    start.page.on("request", (one) => asked.push(one.url()));
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
    const router = await start.container("mcp-router").inspect();
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
    expect((await start.container("mcp-router").inspect()).Id).toBe(router.Id);
  });
});
