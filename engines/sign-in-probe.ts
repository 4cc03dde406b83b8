/**
 * Asks the ingress whether oidc-auth is there: it is when somebody without a session gets 401. A process of a graph node:
 * `sign-in-probe.ts URL SECONDS`; ISSUER in its environment is the provider's address, for the message. Only the provider
 * can make it fail to start, so that is what the message names.
 */
import { fetchError } from "./fetch-error";

/** Waiting time between two attempts, in milliseconds. */
const PAUSE = 250;
/** Longest wait for one answer, in milliseconds. */
const ANSWER_MS = 5_000;

/** Undefined: it is there. Else what was seen. 403: `allowedSources` keeps this host out, and more cannot be seen from here. */
async function seen(url: string): Promise<string | undefined> {
  try {
    const { status } = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });
    return [202, 401, 403].includes(status) ? undefined : `HTTP ${status}`;
  } catch (error) {
    return fetchError(error as Error);
  }
}

/** @throws Error naming the last answer, when the time is up */
export async function waitForSignIn(url: string, seconds: number, issuer: string): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const wrong = await seen(url);
    if (wrong === undefined) return;
    if (Date.now() > end)
      throw new Error(
        `oidc-auth does not answer at ${url} within ${seconds} s: ${wrong}. It starts only when it reaches oidcIssuer, ${issuer}, ` +
          "from its container; what it says: docker logs, or npm run mcp-logs -- oidc-auth",
      );
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function main(): Promise<void> {
  const [url = "", seconds = ""] = process.argv.slice(2);
  try {
    await waitForSignIn(url, Number(seconds), process.env["ISSUER"] ?? "");
    console.log(`browsers are asked to sign in at ${new URL("/", url).href}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

if (require.main === module) void main();
