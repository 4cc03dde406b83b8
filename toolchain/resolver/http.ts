/** HTTP with time limits that end in plain words, through the proxies of the environment. */
import type { Response } from "undici";
import type { Settings } from "./settings";

/** Asks for a URL. An answer that is not "200 OK", or none in time, rejects with an Error that names URL and reason. */
export type Get = (url: string, options?: { readonly signal?: AbortSignal }) => Promise<Response>;

/** Does work with connections that end with it. */
export async function withHttp<T>(settings: Settings, work: (get: Get) => Promise<T>): Promise<T> {
  // Loaded late: most runs ask nobody.
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxy("http_proxy", settings),
    httpsProxy: proxy("https_proxy", settings),
    proxyTunnel: false, // Plain HTTP is forwarded: many proxies tunnel to port 443 only.
    noProxy: settings.env.no_proxy ?? settings.env.NO_PROXY ?? "",
    connect: { timeout: settings.connectTimeoutMs },
    headersTimeout: settings.connectTimeoutMs,
    bodyTimeout: settings.stallTimeoutMs,
  });
  const get: Get = async (url, { signal } = {}) => {
    const response = await fetch(url, { dispatcher, signal }).catch((error: unknown) => {
      throw new Error(`${url}: ${reasonOf(error, settings)}`);
    });
    if (response.ok) return response;
    throw new Error(`${url}: HTTP ${response.status}`);
  };
  try {
    return await work(get);
  } finally {
    await dispatcher.destroy();
  }
}

/** Empty for none, so that the process's own environment is not asked instead. */
function proxy(name: string, { env }: Settings): string {
  const value = env[name] || env[name.toUpperCase()] || "";
  return value === "" || value.includes("://") ? value : `http://${value}`;
}

/** Why no answer came, or why it ended too early. */
export function reasonOf(error: unknown, settings: Pick<Settings, "connectTimeoutMs" | "stallTimeoutMs">): string {
  const { name, message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  if (cause?.code === "UND_ERR_BODY_TIMEOUT") return `no data for ${settings.stallTimeoutMs / 1000} s`;
  if (name === "TimeoutError" || /^UND_ERR_(CONNECT|HEADERS)_TIMEOUT$/.test(cause?.code ?? "")) {
    return `no answer within ${settings.connectTimeoutMs / 1000} s`;
  }
  // undici says "fetch failed" and hides why; an error for each address of a host has only a code.
  return cause?.message || cause?.code || message;
}
