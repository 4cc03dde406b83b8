/** A fake engine: an HTTP server on a socket of its own that answers /info as it is told. Nothing else of an engine works. */
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** What Docker 28.2.2 and Podman 4.3.1 answer, as far as it is read. */
export const DOCKER_INFO = {
  ID: "engine-1",
  Name: "host",
  DockerRootDir: "/var/lib/docker",
  ServerVersion: "28.2.2",
  OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
};
export const DOCKER_HEADERS = { "Api-Version": "1.50" };
export const PODMAN_HEADERS = { "Api-Version": "1.41", "Libpod-Api-Version": "4.3.1" };

export interface FakeAnswer {
  readonly status?: number;
  /** Text, or a value that is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes the request and never answers, or never ends its answer. */
  readonly silent?: "at once" | "after a byte";
}

export interface FakeEngine {
  /** Path of its socket. */
  readonly socket: string;
  /** tcp://127.0.0.1:PORT of the same server. */
  readonly tcp: string;
}

/** Fake engines and a directory of one test file; `close` ends and removes them. */
export class FakeEngines {
  readonly directory = mkdtempSync(path.join(realpathSync(tmpdir()), "fake-engine-"));
  private readonly servers: http.Server[] = [];

  async start(answer: FakeAnswer = {}): Promise<FakeEngine> {
    const respond: http.RequestListener = (request, response) => {
      if (answer.silent === "at once") return;
      if (answer.silent) return void response.write("{");
      const body = request.url === "/info" ? (answer.body ?? DOCKER_INFO) : "no such path";
      response.writeHead(answer.status ?? 200, answer.headers ?? DOCKER_HEADERS);
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const socket = path.join(this.directory, `${this.servers.length}.sock`);
    const onSocket = http.createServer(respond).listen(socket);
    const onPort = http.createServer(respond).listen(0, "127.0.0.1");
    this.servers.push(onSocket, onPort);
    await Promise.all([once(onSocket, "listening"), once(onPort, "listening")]);
    return { socket, tcp: `tcp://127.0.0.1:${(onPort.address() as AddressInfo).port}` };
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
