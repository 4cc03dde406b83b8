/** HTTP for large files: redirects, proxies, and a token that only the host it is meant for gets to see. */
import type { Readable } from "node:stream";
import { EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { DownloadFault } from "./plan";

const MOST_REDIRECTS = 10;
const IDLE_MS = 60_000;
const CONNECT_MS = 30_000;

export interface Asking {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
}

export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL;
  readonly status: number;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
  /** Whether this host was sent the token. */
  readonly authorised: boolean;
}

/** Address of a proxy; as elsewhere, the lower-case name is first, and an address without a scheme is an HTTP proxy. */
function proxy(name: string): string | undefined {
  const value = process.env[name.toLowerCase()] ?? process.env[name];
  return !value || value.includes("://") ? value : `http://${value}`;
}

/**
 * Connections that go through HTTP_PROXY and HTTPS_PROXY, but for NO_PROXY. They trust the certificates that Node does, so
 * those of NODE_EXTRA_CA_CERTS too.
 */
export const connections = (): Dispatcher =>
  new EnvHttpProxyAgent({
    httpProxy: proxy("HTTP_PROXY"),
    httpsProxy: proxy("HTTPS_PROXY"),
    proxyTunnel: false, // Plain HTTP is forwarded: many proxies tunnel to port 443 only.
    connect: { timeout: CONNECT_MS },
    headersTimeout: IDLE_MS,
    bodyTimeout: IDLE_MS,
  });

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

function authorisation(url: URL, token: string | undefined): Record<string, string> {
  if (token === undefined) return {};
  if (url.protocol === "https:" || isLoopback(url)) return { authorization: `Bearer ${token}` };
  throw new DownloadFault(
    `${url.href}: the token would be sent unencrypted; use an https address, or remove the token`,
  );
}

/** A URL for messages: the query of a redirect is often a key. */
const shown = ({ origin, pathname }: URL): string => origin + pathname;

function nextUrl(url: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, url.href))
    throw new DownloadFault(`${shown(url)}: redirects to "${location ?? ""}", which is no address; correct the URL`);
  const next = new URL(location, url);
  if (url.protocol === "https:" && next.protocol !== "https:")
    throw new DownloadFault(
      `${shown(url)}: redirects to ${shown(next)}, which is not encrypted; set that URL if you mean it`,
    );
  return next;
}

async function ask(url: URL, { dispatcher, signal, headers, token }: Asking): Promise<Answer> {
  const authorization = authorisation(url, token);
  const all = { "user-agent": "mcp-gateway-stack", "accept-encoding": "identity", ...headers, ...authorization };
  const answer = await request(url, { dispatcher, signal, headers: all });
  const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
  const authorised = "authorization" in authorization;
  return { url, status: answer.statusCode, header, body: answer.body, authorised };
}

/** GET, through redirects. @throws DownloadFault for a redirect that cannot be followed; other errors are the network's. */
export async function get(address: string, asking: Asking): Promise<Answer> {
  let url = new URL(address);
  let { token } = asking;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await ask(url, { ...asking, token });
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
    answer.body.on("error", () => undefined).destroy();
    const next = nextUrl(url, answer.header("location"));
    // Whoever is behind another host does not get it, nor decides what it is good for.
    if (next.origin !== url.origin) token = undefined;
    url = next;
  }
  throw new DownloadFault(`${address}: redirects more than ${MOST_REDIRECTS} times; correct the URL`);
}
