/** A registry with one image, for tests of pulls: enough of the distribution API for an engine on the same machine. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";

export interface Registry {
  /** `127.0.0.1:PORT/trial`; add a tag or a digest. */
  readonly repository: string;
  /** Digest of its one manifest, "sha256:…". */
  readonly digest: string;
  /** Paths that were asked for. */
  readonly requests: string[];
  /** Milliseconds between two pieces of a layer. */
  pieceDelay: number;
  close(): void;
}

interface Blob {
  readonly digest: string;
  readonly body: Buffer;
}

const blob = (body: Buffer): Blob => ({ digest: `sha256:${createHash("sha256").update(body).digest("hex")}`, body });
const json = (value: unknown): Blob => blob(Buffer.from(JSON.stringify(value)));

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const PIECE_BYTES = 64 * 1024;

/** A layer with one file that cannot be compressed, so that it takes some time. */
async function layer(name: string, bytes: number): Promise<{ packed: Blob; diffId: string }> {
  const pack = tar.pack();
  pack.entry({ name }, randomBytes(bytes));
  pack.finalize();
  const plain = await buffer(pack as unknown as AsyncIterable<Buffer>);
  return { packed: blob(zlib.gzipSync(plain)), diffId: blob(plain).digest };
}

/** An image with two layers of 1 MB. */
async function image(): Promise<{ manifest: Blob; blobs: Map<string, Buffer> }> {
  const layers = [await layer("one", 1_000_000), await layer("two", 1_000_000)];
  const config = json({
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/one"] },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const entry = (mediaType: string, { digest, body }: Blob): object => ({ mediaType, digest, size: body.length });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: entry("application/vnd.docker.container.image.v1+json", config),
    layers: layers.map(({ packed }) => entry("application/vnd.docker.image.rootfs.diff.tar.gzip", packed)),
  });
  const blobs = new Map([config, ...layers.map(({ packed }) => packed)].map(({ digest, body }) => [digest, body]));
  return { manifest, blobs };
}

/** Starts a registry on a free port of 127.0.0.1, which engines trust without TLS. */
export async function startOneImageRegistry(): Promise<Registry> {
  const { manifest, blobs } = await image();
  const server = http.createServer((request, response) => void answer(request, response));
  const registry = { repository: "", digest: manifest.digest, requests: [] as string[], pieceDelay: 0, close };
  async function answer({ url = "", method }: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    registry.requests.push(url);
    const body = url.includes("/manifests/") ? manifest.body : blobs.get(url.split("/blobs/")[1] ?? "");
    if (url === "/v2/") return void response.end("{}");
    if (!body) return void response.writeHead(404).end();
    const type = body === manifest.body ? MANIFEST : "application/octet-stream";
    response.writeHead(200, {
      "Content-Type": type,
      "Content-Length": body.length,
      "Docker-Content-Digest": blob(body).digest,
    });
    if (method === "HEAD") return void response.end();
    for (let at = 0; at < body.length; at += PIECE_BYTES) {
      response.write(body.subarray(at, at + PIECE_BYTES));
      if (registry.pieceDelay > 0) await sleep(registry.pieceDelay);
    }
    response.end();
  }
  function close(): void {
    server.close();
    server.closeAllConnections();
  }
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  registry.repository = `127.0.0.1:${(server.address() as AddressInfo).port}/trial`;
  return registry;
}
