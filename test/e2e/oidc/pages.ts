/** Browsers where people sign in at a provider; a part of oidc.test.ts. */
import { OIDC_EXEMPT } from "../../../services/oidc";
import { request } from "../../support/http";
import { Browser, type TestProvider } from "../../support/oidc-provider";
import type { TestStack } from "../../support/stack";
import { errorOf, visitor } from "../../support/visitor";

/** In `oidcAllowed` of the stack, as is everybody of example.com. */
export const ANNA = "anna@example.org";

/** Signing in and out by pages. */
export function browserTests(stack: () => TestStack, provider: () => TestProvider): void {
  const base = (): URL => new URL(stack().url("/"));

  describe("a browser", () => {
    it("is sent to the provider, and comes back to the page that it asked for", async () => {
      const browser = new Browser();
      const asked = new URL("/start-page/page.css", base());
      const first = await browser.go(asked);
      expect(first.status).toBe(302);
      expect(first.headers.get("location")).toContain(`${provider().issuer}/auth?`);
      const { url, response } = await browser.signIn(asked, ANNA);
      expect([url.href, response?.status]).toEqual([asked.href, 200]);
      expect(await (await browser.go(base())).text()).toContain('<a href="/oauth2/sign_out?rd=%2F">Sign out</a>');
      expect((await browser.go(new URL("/healthz/mcp-gateway", base()))).status).toBe(200);
      expect(browser.cookiesOf(base().host)).toEqual(["mcp_stack_session"]);
    });

    it("has a session that scripts cannot read and other sites cannot use", async () => {
      const set: string[] = [];
      const browser = new Browser();
      const go = browser.go.bind(browser);
      browser.go = async (url, form) => {
        const response = await go(url, form);
        if (url.host === base().host) set.push(...response.headers.getSetCookie());
        return response;
      };
      await browser.signIn(base(), ANNA);
      const session = set.filter((line) => line.startsWith("mcp_stack_session="));
      expect(session).not.toEqual([]);
      for (const line of session) expect(line).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/i);
    });

    it("is signed out at /oauth2/sign_out", async () => {
      const browser = new Browser();
      await browser.signIn(base(), ANNA);
      expect((await browser.go(base())).status).toBe(200);
      await browser.go(new URL("/oauth2/sign_out", base()));
      expect((await browser.go(base())).status).toBe(302);
    });
  });
}

/** Who does not come in, though signed in at the provider, and what a session does not open. */
export function refusedTests(stack: () => TestStack): void {
  const base = (): URL => new URL(stack().url("/"));
  const { statusAt } = visitor(stack);

  describe("a browser", () => {
    it.each(["mallory@example.net", "anna@example.org.evil.net", "anna@evil-example.com"])(
      "of %s is refused: not in oidcAllowed",
      async (email) => {
        const browser = new Browser();
        const { response } = await browser.signIn(base(), email);
        expect(response?.status).toBe(403);
        expect((await browser.go(base())).status).not.toBe(200);
      },
    );

    it("of an allowed domain comes in", async () => {
      const { response } = await new Browser().signIn(base(), "bob@example.com");
      expect(response?.status).toBe(200);
    });

    it("cannot use its session for MCP: any site could make it", async () => {
      const browser = new Browser();
      await browser.signIn(base(), ANNA);
      expect((await browser.go(new URL("/mcp", base()))).status).toBe(401);
    });

    it("is let through by no header that says who it is", async () => {
      for (const name of ["X-Forwarded-User", "X-Forwarded-Email", "X-Auth-Request-Email", "X-Forwarded-Uri"])
        expect([name, await statusAt("/", { [name]: ANNA })]).toEqual([name, 302]);
    });
  });
}

/** What the routes of applications ask for. */
export function applicationTests(stack: () => TestStack): void {
  const { statusAt } = visitor(stack);

  describe("hosts of applications", () => {
    const at = (host: string, route: string) =>
      request(stack().port, route, { headers: { host: `${host}.localhost` } });

    it.each(OIDC_EXEMPT.map(({ path: route }) => route))("do not ask for a session at %s", async (route) => {
      for (const host of ["dify", "webui"])
        for (const below of route.endsWith("/") ? [`${route}x`] : [route, `${route}/x`]) {
          const { status, body } = await at(host, below);
          expect([host, below, status, errorOf(body)]).toEqual([host, below, 503, "bundle_off"]);
        }
    });

    it.each([
      "/",
      "/v1x",
      "/apis",
      "/filesystem",
      "/e",
      "/triggersx",
      "/socket.io",
      "/apps",
      "/console/apix",
      "/v1/../apps",
    ])("ask for one at %s", async (route) => {
      for (const host of ["dify", "webui"]) expect([host, (await at(host, route)).status]).toEqual([host, 302]);
    });

    it("tell programs of pages 401 in place of a way to the provider", async () => {
      expect((await at("dify", "/console/api/setup")).status).toBe(401);
      expect(await statusAt("/healthz/mcp-gateway")).toBe(401);
    });

    it("of APIs with keys of their own ask for none", async () => {
      expect((await at("llm", "/v1/models")).status).toBe(503);
      expect(await statusAt("/llm/v1/models")).toBe(503);
    });
  });
}
