/** Requests over TLS to 127.0.0.1, and what is served there. */
import { once } from "node:events";
import https from "node:https";
import tls from "node:tls";
import type { X509Certificate } from "node:crypto";
import { Agent, fetch } from "undici";
import type { HttpAnswer, HttpRequest } from "./http";

/** One request on a connection of its own, to a client that trusts `ca` alone. @throws Error for a certificate that is not trusted */
export function requestTls(
  port: number,
  path: string,
  ca: string | undefined,
  { method = "GET", headers = {}, body }: HttpRequest = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path,
      method,
      headers,
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    };
    const sent = https.request({ ...options, servername: "localhost" }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.once("error", reject).end(body);
  });
}

/** Options of an MCP client's transport that trusts this authority alone. */
export function trusting(ca: string): { fetch: typeof globalThis.fetch } {
  const dispatcher = new Agent({ connect: { ca } });
  return {
    fetch: ((url: string | URL, init?: object) =>
      fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
  };
}

interface Offer {
  readonly protocol?: string | null;
  readonly certificate: X509Certificate | undefined;
}

/** What is served to a client that asks for this name, whether it is trusted or not. */
export async function served(port: number, servername: string, more: tls.ConnectionOptions = {}): Promise<Offer> {
  const socket = tls.connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false, ...more });
  try {
    await once(socket, "secureConnect");
    return { protocol: socket.getProtocol(), certificate: socket.getPeerX509Certificate() };
  } finally {
    socket.destroy();
  }
}
