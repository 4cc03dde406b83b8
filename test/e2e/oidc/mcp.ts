/** MCP clients where people sign in at a provider; a part of oidc.test.ts. */
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { request } from "../../support/http";
import { withSession } from "../../support/mcp-client";
import { Browser, type TestProvider } from "../../support/oidc-provider";
import type { TestStack } from "../../support/stack";
import { bearer, errorOf, visitor, withToken } from "../../support/visitor";
import { ANNA } from "./pages";

/** Where the MCP client of the test would listen for its code. */
const CALLBACK = "http://127.0.0.1:9/callback";

/** What a client keeps between the steps of its flow. */
class Flow implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadata = {
    client_name: "a test",
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code"],
    application_type: "native",
  };
  asked: URL | undefined;
  private information: ReturnType<NonNullable<OAuthClientProvider["clientInformation"]>>;
  private kept: Awaited<ReturnType<OAuthClientProvider["tokens"]>>;
  private verifier = "";
  clientInformation = () => this.information;
  saveClientInformation: OAuthClientProvider["saveClientInformation"] = (information) => {
    this.information = information;
  };
  tokens = () => this.kept;
  saveTokens: OAuthClientProvider["saveTokens"] = (tokens) => {
    this.kept = tokens;
  };
  redirectToAuthorization = (url: URL): void => {
    this.asked = url;
  };
  saveCodeVerifier = (verifier: string): void => {
    this.verifier = verifier;
  };
  codeVerifier = (): string => this.verifier;
}

/** The SDK's own flow: discovery, registration, PKCE, the provider's pages, the token. */
async function signedIn(endpoint: string, email: string): Promise<Flow> {
  const flow = new Flow();
  const url = new URL(endpoint);
  const transport = new StreamableHTTPClientTransport(url, { authProvider: flow });
  await expect(new Client({ name: "test", version: "1" }).connect(transport)).rejects.toThrow(/Unauthorized/);
  if (flow.asked === undefined) throw new Error("nobody was asked to sign in");
  expect(flow.asked.searchParams.get("resource")).toBe(url.href);
  expect(flow.asked.searchParams.get("code_challenge_method")).toBe("S256");
  const back = await new Browser().signIn(flow.asked, email, ({ href }) => href.startsWith(CALLBACK));
  await transport.finishAuth(back.url.searchParams.get("code") ?? "");
  return flow;
}

/** Claims of a token that opens the endpoint, but for what is changed. */
export const claimsFor = (issuer: string, aud: string, change: object = {}): object => {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, exp: now + 600 };
  return { iss: issuer, aud, sub: ANNA, email: ANNA, email_verified: true, ...times, ...change };
};

/** What MCP clients find out. */
export function discoveryTests(stack: () => TestStack, provider: () => TestProvider): void {
  const base = (): URL => new URL(stack().url("/"));
  const { ask } = visitor(stack);

  describe("what MCP clients find", () => {
    it.each(["/mcp", "/mcp/nixos"])("at %s: where to get a token, for that address alone", async (route) => {
      const { status, headers, body } = await ask(route);
      expect([status, errorOf(body)]).toEqual([401, "sign_in_required"]);
      const metadata = `${base().origin}/.well-known/oauth-protected-resource${route}`;
      expect(headers["www-authenticate"]).toBe(`Bearer resource_metadata="${metadata}"`);
      const document = JSON.parse((await ask(new URL(metadata).pathname)).body) as object;
      expect(document).toMatchObject({
        resource: base().origin + route,
        authorization_servers: [provider().issuer],
        bearer_methods_supported: ["header"],
      });
    });

    it("by the name that they asked for", async () => {
      const { body } = await request(stack().port, "/.well-known/oauth-protected-resource/mcp", {
        headers: { host: `localhost:${stack().port}` },
      });
      expect(JSON.parse(body)).toMatchObject({ resource: `http://localhost:${stack().port}/mcp` });
    });
  });
}

/** The SDK's own flow. */
export function flowTests(stack: () => TestStack): void {
  const { ask, statusAt } = visitor(stack);

  describe("an MCP client", () => {
    it("signs in by the SDK's own flow, lists tools and calls one", async () => {
      const authProvider = await signedIn(stack().url("/mcp"), ANNA);
      await withSession(
        stack().url("/mcp"),
        async ({ toolNames, call }) => {
          expect(await toolNames()).toContain("get_current_time");
          expect(await call("get_current_time", { timezone: "UTC" })).toContain("UTC");
        },
        { authProvider },
      );
    });

    it("has a token for one endpoint alone", async () => {
      const token = (await signedIn(stack().url("/mcp/nixos"), ANNA)).tokens()?.access_token ?? "";
      expect(await statusAt("/mcp/nixos", bearer(token))).not.toBe(401);
      const { status, headers } = await ask("/mcp", bearer(token));
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toMatch(/^Bearer error="invalid_token", .*resource_metadata="http/);
    });

    it("of somebody who is not in oidcAllowed has a token that opens nothing", async () => {
      const token = (await signedIn(stack().url("/mcp"), "mallory@example.net")).tokens()?.access_token ?? "";
      const { status, body, headers } = await ask("/mcp", bearer(token));
      // Signing in again would not help, so nothing tells the client to.
      expect([status, errorOf(body)]).toEqual([403, "not_admitted"]);
      expect(headers["www-authenticate"]).toBeUndefined();
    });
  });
}

/** Tokens that are right, and those that are not. */
export function tokenTests(stack: () => TestStack, provider: () => TestProvider): void {
  const { ask, works } = visitor(stack);
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (change: object = {}): object => claimsFor(provider().issuer, stack().url("/mcp"), change);

  describe("a token", () => {
    it("with everything right opens the endpoint (control)", async () => {
      expect(await works(provider().token(claims()))).toContain("UTC");
    });

    it.each<[string, () => string]>([
      ["of a stranger's key", () => provider().token(claims(), "stranger")],
      ["without a signature", () => provider().token(claims(), "none")],
      ["that has ended", () => provider().token(claims({ iat: now() - 7200, exp: now() - 3600 }))],
      ["of another issuer", () => provider().token(claims({ iss: "https://evil.example" }))],
      ["for another resource", () => provider().token(claims({ aud: "https://other.example/mcp" }))],
      ["for the client itself (an ID token)", () => provider().token(claims({ aud: "stack" }))],
      ["without an audience", () => provider().token(claims({ aud: undefined }))],
      [
        "that was tampered with",
        () =>
          provider()
            .token(claims())
            .replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify(claims({ sub: "root" }))).toString("base64url")}.`),
      ],
      ["that is none", () => "not-a-token"],
    ])("%s is refused", async (_, make) => {
      const { status, body } = await ask("/mcp", bearer(make()));
      expect([status, errorOf(body)]).toEqual([401, "sign_in_refused"]);
    });
  });
}

/** Tokens of the stack's own, beside those of the provider. */
export function ownTokenTests(stack: () => TestStack, provider: () => TestProvider): void {
  const { own, works } = visitor(stack);

  describe("a token", () => {
    it("of the stack's own counts too, for machines without a browser, and for its commands", async () => {
      expect(await works(own())).toContain("UTC");
      const made = (await stack().succeed("mcp-token", "add", "robot")).stdout.trim();
      expect(await works(made)).toContain("UTC");
      expect((await stack().succeed("tools")).output).toContain("get_current_time");
      expect((await stack().run("mcp-status")).code).toBe(0);
    });

    it("never reaches the gateway, nor does a session", async () => {
      await withSession(
        stack().url("/mcp"),
        ({ toolNames }) => toolNames(),
        withToken(provider().token(claimsFor(provider().issuer, stack().url("/mcp")))),
      );
      const [gateway] = await stack().containers("mcp-gateway");
      const log = (
        await stack()
          .docker.getContainer(gateway?.Id ?? "")
          .logs({ stdout: true, stderr: true })
      ).toString();
      expect(log).not.toContain("eyJ");
    });
  });
}
