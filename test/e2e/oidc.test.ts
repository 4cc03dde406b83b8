/**
 * Signing in at a real OpenID Connect provider (npm oidc-provider): browsers by pages and a session, MCP clients by the SDK's
 * own OAuth flow. Bundles are off: what their routes ask for first is seen without them.
 */
import fs from "node:fs";
import path from "node:path";
import { startProvider, type TestProvider } from "../support/oidc-provider";
import { createStack, stateFiles, type TestStack } from "../support/stack";
import { bearer, errorOf, visitor } from "../support/visitor";
import { claimsFor, discoveryTests, flowTests, ownTokenTests, tokenTests } from "./oidc/mcp";
import { ANNA, applicationTests, browserTests, refusedTests } from "./oidc/pages";

jest.setTimeout(240_000);

const SECRET = "a-secret-of-the-client-that-nobody-else-has";

let stack: TestStack;
let provider: TestProvider;
const base = (): URL => new URL(stack.url("/"));
beforeAll(async () => {
  stack = await createStack({ servers: "time" }, { prefix: "oidc" });
  const redirect_uris = [`${base().href}oauth2/callback`];
  provider = await startProvider(stack.docker, [{ client_id: "stack", client_secret: SECRET, redirect_uris }]);
});
afterAll(async () => {
  await stack.remove();
  await provider.stop();
});

const config = () => ({
  servers: "time",
  auth: "oidc",
  oidcIssuer: provider.issuer,
  oidcClientId: "stack",
  oidcAllowed: `${ANNA},@example.com`,
});
const { ask, statusAt, own, works } = visitor(() => stack);
const container = async (service: string) => stack.docker.getContainer((await stack.containers(service))[0]?.Id ?? "");

describe("a config", () => {
  it("is refused without the secret of the client", async () => {
    stack.configure(config());
    const { code, output } = await stack.run("up");
    expect([code, output]).toEqual([1, expect.stringContaining("add it to")]);
    expect(output).toContain("npm run -s secrets -- set OIDC_CLIENT_SECRET");
  });

  it("of a provider that does not answer fails the update, which says so", async () => {
    fs.writeFileSync(path.join(path.dirname(stack.stateDir), "env"), `OIDC_CLIENT_SECRET=${SECRET}\n`, { mode: 0o600 });
    stack.configure({ ...config(), oidcIssuer: "http://127.0.0.1:9" });
    const { code, output } = await stack.run("up");
    expect(code).not.toBe(0);
    expect(output).toContain("It starts only when it reaches oidcIssuer, http://127.0.0.1:9, from its container");
  });

  it("comes up, says who gets in, and has nothing to do a second time", async () => {
    stack.configure(config());
    const { output } = await stack.succeed("up");
    expect(output).toContain("who signs in at the provider (oidcIssuer), or shows a token of it or of this stack");
    const { code, output: again } = await stack.pulumi("preview", "--expect-no-changes");
    expect([code, again]).toEqual([0, expect.any(String)]);
  });

  it("keeps the client's secret out of descriptions, logs and state", async () => {
    const described = JSON.stringify(await (await container("oidc-auth")).inspect());
    const log = (await (await container("oidc-auth")).logs({ stdout: true, stderr: true })).toString();
    for (const text of [described, log, ...stateFiles(stack)]) expect(text).not.toContain(SECRET);
  });
});

for (const declare of [
  browserTests,
  refusedTests,
  applicationTests,
  discoveryTests,
  flowTests,
  tokenTests,
  ownTokenTests,
])
  declare(
    () => stack,
    () => provider,
  );

it("while oidc-auth is down nobody gets in with the provider's tokens, and the stack's own still count", async () => {
  await (await container("oidc-auth")).stop();
  try {
    const token = provider.token(claimsFor(provider.issuer, stack.url("/mcp")));
    const { status, body } = await ask("/mcp", bearer(token));
    expect([status, errorOf(body)]).toEqual([503, "sign_in_unavailable"]);
    expect(await statusAt("/")).toBeGreaterThanOrEqual(500);
    expect(await works(own())).toContain("UTC");
  } finally {
    await (await container("oidc-auth")).start();
  }
});
