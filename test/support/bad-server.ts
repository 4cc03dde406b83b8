/** A file server on loopback that does what it is told, wrong things above all. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** How one request is answered. Nothing set: as a good server would, with ranges and a strong ETag. */
export interface Behaviour {
  readonly status?: number;
  /** Added to the usual ones; null removes one. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The file; default: the server's own. */
  readonly body?: Buffer;
  /** Whether Range is obeyed; default: yes. */
  readonly ranges?: boolean;
  /** The connection is cut after so many bytes of the body. */
  readonly cutAt?: number;
  /** Sends the body chunked, without telling its size. */
  readonly chunked?: boolean;
  /** Sends the body without telling its size: it ends when the connection does, as in HTTP/1.0. */
  readonly unframed?: boolean;
  /** After so many bytes nothing more comes, and the connection stays. */
  readonly stallAt?: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
}

const hash = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** Numbers from 0 up to, but not including, 1; the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A file that begins like a model, the rest at random. */
export function modelBytes(bytes: number, seed = 1, magic = "GGUF"): Buffer {
  const random = randomNumbers(seed);
  const body = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) body.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  body.write(magic, "latin1");
  return body;
}

/** Where a Range header starts, if it holds: an If-Range must name the ETag that the file has now. */
function rangeStart(headers: http.IncomingHttpHeaders, etag: string | undefined): number | undefined {
  const condition = headers["if-range"];
  const start = /^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1];
  return start === undefined || (condition !== undefined && condition !== etag) ? undefined : Number(start);
}

/** One server; `behave` may be replaced at any time. It is told the request and its number, from 0. */
export class BadServer {
  readonly asked: Asked[] = [];
  /** Bytes of bodies that were sent in all. */
  sent = 0;
  behave: (asked: Asked, number: number) => Behaviour = () => ({});
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve();
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  constructor(public body: Buffer) {}

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  url = (path = "/model.gguf"): string => `http://${this.host}${path}`;

  /** Range headers of the requests so far; "" for those without. */
  ranges = (): string[] => this.asked.map(({ headers }) => headers.range ?? "");

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const asked = { method: request.method ?? "", path: request.url ?? "", headers: request.headers };
    this.asked.push(asked);
    const how = this.behave(asked, this.asked.length - 1);
    const body = how.body ?? this.body;
    const usual: Record<string, string | null> = { etag: `"${hash(body).slice(0, 8)}"`, ...how.headers };
    const start = how.ranges === false ? undefined : rangeStart(asked.headers, usual["etag"] ?? undefined);
    const { status, part, headers } = this.part(how, body, start);
    const all = Object.entries({ ...headers, ...usual }).filter(([, value]) => value !== null);
    if (how.unframed) Object.assign(response, { useChunkedEncodingByDefault: false, shouldKeepAlive: false });
    void this.gate.then(() => {
      response.writeHead(status, Object.fromEntries(all) as Record<string, string>);
      this.send(response, part, how);
    });
  }

  private part(how: Behaviour, body: Buffer, start: number | undefined) {
    const range = start === undefined ? {} : { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` };
    const beyond = start !== undefined && start >= body.length;
    const status = how.status ?? (beyond ? 416 : start === undefined ? 200 : 206);
    const part = beyond ? Buffer.alloc(0) : body.subarray(start ?? 0);
    const length = how.chunked || how.unframed ? {} : { "content-length": String(part.length) };
    if (beyond) return { status, part, headers: { ...length, "content-range": `bytes */${body.length}` } };
    return { status, part, headers: { ...length, ...range } };
  }

  private send(response: http.ServerResponse, part: Buffer, { cutAt, stallAt }: Behaviour): void {
    const end = cutAt ?? stallAt;
    if (end === undefined || end >= part.length) {
      this.sent += part.length;
      response.end(part);
      return;
    }
    this.sent += end;
    response.flushHeaders();
    const cut = (): void => void (cutAt === undefined || response.socket?.destroy());
    if (end === 0) cut();
    else response.write(part.subarray(0, end), cut);
  }
}
