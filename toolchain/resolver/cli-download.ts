/** The official release of the Pulumi CLI, checked against the published checksums. */
import fs from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import tar from "tar-fs";
import type { Response } from "undici";
import { isExecutable, type Cli } from "./cli-path";
import { hashOfFile, makeWhole } from "./files";
import { reasonOf, withHttp, type Get } from "./http";
import { INSTALL_PULUMI, PULUMI_VERSION, type Settings } from "./settings";

/** A release that has begun to arrive. */
interface Arriving {
  readonly url: string;
  readonly response: Response;
  /** Its SHA-256 as published, in hex. */
  readonly expected: string;
}

/** The folder of the downloaded release, with the official language hosts beside the CLI. */
function folder({ cacheDir }: Settings): string {
  return path.join(cacheDir, `pulumi-${PULUMI_VERSION}-official`);
}

/** The CLI of an earlier download. */
export function cachedDownload(settings: Settings): Cli | undefined {
  const pulumi = path.join(folder(settings), "pulumi");
  if (!isExecutable(pulumi)) return undefined;
  return { pulumi, version: PULUMI_VERSION, source: "download", reason: "official release, downloaded and checked" };
}

/**
 * Downloads the release. A site that cannot be reached, or has no release for this machine, is `undefined` with the
 * reason said. A download that breaks off is an error, since it may well work the next time; so is an archive whose
 * checksum differs: it must neither run nor be passed over in silence.
 */
export function downloadCli(settings: Settings): Promise<Cli | undefined> {
  return withHttp(settings, async (get) => {
    const arriving = await begin(get, settings).catch((error: Error) => {
      settings.say(`pulumi: no download: ${error.message}`);
    });
    if (!arriving) return undefined;
    await makeWhole(folder(settings), (directory) => receive(arriving, directory, settings));
    return cachedDownload(settings);
  });
}

async function begin(get: Get, settings: Settings): Promise<Arriving> {
  const archive = `pulumi-v${PULUMI_VERSION}-${process.platform}-${process.arch}.tar.gz`;
  const expected = await publishedChecksum(archive, get, settings);
  const url = `${settings.releases}/${archive}`;
  return { url, response: await get(url), expected };
}

async function publishedChecksum(archive: string, get: Get, settings: Settings): Promise<string> {
  const url = `${settings.releases}/pulumi-${PULUMI_VERSION}-checksums.txt`;
  const response = await get(url, { signal: AbortSignal.timeout(settings.connectTimeoutMs) });
  const text = await response.text().catch((error: unknown) => {
    throw new Error(`${url}: ${reasonOf(error, settings)}`);
  });
  const lines = text.split("\n").map((line) => line.trim().split(/\s+\*?/));
  const [sum = ""] = lines.find(([, name]) => name === archive) ?? [];
  if (/^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  throw new Error(`${url}: no SHA-256 of ${archive} in it`);
}

async function receive(arriving: Arriving, directory: string, settings: Settings): Promise<void> {
  const file = path.join(directory, path.basename(arriving.url));
  await save(arriving, file, settings);
  await verify(arriving, file);
  await pipeline(fs.createReadStream(file), zlib.createGunzip(), tar.extract(directory, { strip: 1 }));
  fs.rmSync(file);
  if (!isExecutable(path.join(directory, "pulumi")))
    throw new Error(`${arriving.url} holds no executable pulumi/pulumi`);
}

async function save({ url, response }: Arriving, file: string, settings: Settings): Promise<void> {
  const total = Number(response.headers.get("content-length") ?? 0);
  const progress = downloadProgress(total, settings);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      progress(chunk.length);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body as never), count, fs.createWriteStream(file));
  } catch (error) {
    const advice = `try again, or install Pulumi yourself: ${INSTALL_PULUMI}`;
    throw new Error(`${url} broke off: ${reasonOf(error, settings)}; ${advice}`);
  }
}

/** Says how far the download is, at its start and at most every five seconds. */
function downloadProgress(totalBytes: number, { say }: Settings): (bytes: number) => void {
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  const size = totalBytes ? `${mebibytes(totalBytes)} MiB` : "size unknown";
  const started = Date.now();
  let [received, said] = [0, started];
  say(`pulumi: downloading the official release ${PULUMI_VERSION} (${size})`);
  return (bytes) => {
    received += bytes;
    if (Date.now() - said < 5_000) return;
    said = Date.now();
    const seconds = Math.round((said - started) / 1000);
    say(`pulumi: downloading: ${mebibytes(received)} MiB (${size}), ${seconds} s`);
  };
}

async function verify({ url, expected }: Arriving, file: string): Promise<void> {
  const actual = await hashOfFile(file);
  if (actual === expected) return;
  throw new Error(
    `${url} is refused: its SHA-256 is ${actual}, the published one is ${expected}. ` +
      `Nothing of it was kept. Try again; if it stays so, install Pulumi yourself: ${INSTALL_PULUMI}`,
  );
}
