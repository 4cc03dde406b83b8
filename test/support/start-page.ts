/** The start page of a stack, open in a real browser. */
import type { Browser, BrowserContext, Locator, Page, Request } from "playwright-core";
import { logText } from "../../commands/failed-services";
import { startBrowser } from "./chromium";
import { eventually } from "./eventually";
import { PROJECT, type TestStack } from "./stack";

/** Longest wait for a light, in milliseconds: a service has to start. */
const LIGHT_MS = 150_000;

/**
 * Chromium gives its requests up when an interface of the host comes or goes, as networks of other tests do beside this one. The page
 * asks again.
 */
const OF_OTHER_TESTS = /net::ERR_NETWORK_CHANGED/;

export class StartPage {
  /** What the browser complained of. */
  readonly complaints: string[] = [];
  /** Origins that were asked. */
  readonly visited = new Set<string>();

  private constructor(
    private readonly stack: TestStack,
    private readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly origin: string,
  ) {
    page.on("console", (message) => {
      // Browsers call every answer of 503 an error, and that is what a light may be told while a machine is busy.
      const ofLight = message.location().url.startsWith(`${origin}/healthz/`);
      if (message.type() === "error" && !ofLight && !OF_OTHER_TESTS.test(message.text()))
        this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (asked) => this.visited.add(new URL(asked.url()).origin));
  }

  /** Opens the page as a person would; only its questions follow each other faster. */
  static async open(stack: TestStack): Promise<StartPage> {
    const origin = `http://localhost:${stack.port}`;
    const browser = await startBrowser();
    const context = await browser.newContext();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    const opened = new StartPage(stack, browser, context, await context.newPage(), origin);
    await opened.load(`${origin}/?poll=200`);
    return opened;
  }

  /** Loads the page with all that belongs to it, again where Chromium gave some of it up. */
  private async load(url: string): Promise<void> {
    await eventually(async () => {
      const givenUp: string[] = [];
      const note = (failed: Request): number => givenUp.push(`${failed.url()}: ${failed.failure()?.errorText}`);
      this.page.on("requestfailed", note);
      try {
        await this.page.goto(url);
        expect(givenUp.filter((why) => OF_OTHER_TESTS.test(why))).toEqual([]);
      } finally {
        this.page.off("requestfailed", note);
      }
    });
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Port of the stack's ingress. */
  get port(): number {
    return this.stack.port;
  }

  /** The cell with a service's state. */
  light(service: string): Locator {
    return this.page.locator(`[data-service="${service}"]`);
  }

  async becomes(state: "up" | "down" | "unknown", ...services: string[]): Promise<void> {
    const wanted = this.page.locator(`[data-state="${state}"]`);
    for (const service of services) {
      try {
        await this.light(service).and(wanted).waitFor({ timeout: LIGHT_MS });
      } catch (error) {
        throw new Error(`${service} is not shown as ${state}; ${await this.found(service)}`, { cause: error });
      }
    }
  }

  /** What a service's container and the address behind its light say, for whoever reads a failure. */
  private async found(service: string): Promise<string> {
    const { State, NetworkSettings } = await this.container(service).inspect();
    const log = await this.container(service).logs({ stdout: true, stderr: true, tail: 20 });
    const answer = await fetch(`${this.origin}/healthz/${service}`).then((got) => got.text(), String);
    return `its page says ${answer}; container ${JSON.stringify({ State, NetworkSettings })}, log:\n${logText(log)}`;
  }

  /** The word beside a light, and whether the light is more red than green on the screen. */
  async shown(service: string): Promise<{ word: string | null; red: boolean }> {
    const element = `document.querySelector('[data-service="${service}"] .light')`;
    const colour = await this.page.evaluate<string>(`getComputedStyle(${element}).backgroundColor`);
    const [red = 0, green = 0] = (colour.match(/\d+/g) ?? []).map(Number);
    return { word: await this.light(service).locator(".word").textContent(), red: red > green };
  }

  text(selector: string): Promise<string | null> {
    return this.page.locator(selector).textContent();
  }

  clipboard(): Promise<string> {
    return this.page.evaluate<string>("navigator.clipboard.readText()");
  }

  container(service: string) {
    return this.stack.docker.getContainer(`${PROJECT}-${this.stack.name}-${service}`);
  }
}

/** Declares tests of a stack that is up, whose page is open while they run. */
export function onStartPage(stack: () => TestStack, declare: (start: () => StartPage) => void): void {
  let start: StartPage;
  beforeAll(async () => {
    start = await StartPage.open(stack());
  });
  afterAll(() => start?.close());
  declare(() => start);
}
