/** Serves model files on loopback, as a model hub would, and counts who asks. */
import { createReadStream, statSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

export interface ModelServer {
  url(file: string): string;
  /** Names of the files that were asked for, in order. */
  readonly asked: readonly string[];
  /** Lets who asks from now on wait for the bytes; the answer releases them. */
  hold(): () => void;
  stop(): Promise<void>;
}

/**
 * Serves these files by their base names, whole.
 *
 * @param tokens by file: who asks for it without this bearer token is refused, as for a model whose terms have to be accepted
 */
export async function serveModels(
  files: readonly string[],
  tokens: Readonly<Record<string, string>> = {},
): Promise<ModelServer> {
  const asked: string[] = [];
  let released: Promise<void> = Promise.resolve();
  const server = http.createServer((request, response) => {
    const file = files.find((one) => `/${path.basename(one)}` === request.url);
    if (file === undefined) return void response.writeHead(404).end();
    const token = tokens[file];
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return void response.writeHead(401).end();
    asked.push(path.basename(file));
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": statSync(file).size });
    void released.then(() => createReadStream(file).pipe(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hold = (): (() => void) => {
    let release = (): void => {};
    released = new Promise((resolve) => (release = resolve));
    return release;
  };
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { url: (file) => `http://127.0.0.1:${port}/${path.basename(file)}`, asked, hold, stop };
}
