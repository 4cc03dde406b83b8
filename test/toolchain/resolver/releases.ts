/** A download site of Pulumi's releases on loopback. */
import crypto from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import zlib from "node:zlib";
import tar from "tar-stream";
import { pulumiScript } from "./machine";

/** Names of the two files that make a release for this machine. */
export const ARCHIVE = `/pulumi-v3.259.0-${process.platform}-${process.arch}.tar.gz`;
export const CHECKSUMS = "/pulumi-3.259.0-checksums.txt";

/** A running site. */
export interface Releases {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Answers a request; what a site does not answer is 404. */
export type Answers = Readonly<Record<string, http.RequestListener>>;

/** A site with these answers. */
export async function serve(answers: Answers): Promise<Releases> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers[request.url ?? ""];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A site with a good release, but for what `changes` answers. */
export async function serveRelease(changes: Answers = {}): Promise<Releases> {
  const archive = await releaseArchive();
  return serve({ ...goodAnswers(archive), ...changes });
}

/** Answers of a site with a good release. */
export function goodAnswers(archive: Buffer): Answers {
  const sum = crypto.createHash("sha256").update(archive).digest("hex");
  const others = `${"0".repeat(64)}  pulumi-v3.259.0-other-x64.tar.gz\n`;
  return {
    [CHECKSUMS]: (_request, response) => response.end(`${others}${sum}  ${ARCHIVE.slice(1)}\n`),
    [ARCHIVE]: (_request, response) => response.setHeader("content-length", archive.length).end(archive),
  };
}

/** The archive of a release: everything in a folder "pulumi". */
export function releaseArchive(files: Readonly<Record<string, string>> = RELEASE): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name: `pulumi/${name}`, mode: 0o755 }, content);
  pack.finalize();
  return buffer(pack.pipe(zlib.createGzip()));
}

const RELEASE = {
  pulumi: `#!/bin/sh\nPATH=/usr/bin:/bin\n${pulumiScript("v3.259.0")}\n`,
  "pulumi-language-nodejs": "#!/bin/sh\n",
};
