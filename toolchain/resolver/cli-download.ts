/** The official release of the Pulumi CLI, checked against the published checksums. */
import fs from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import tar from "tar-fs";
import { isExecutable, type Cli } from "./cli-path";
import { hashOfFile, makeWhole } from "./files";
import { PULUMI_VERSION, type Settings } from "./settings";

/** No byte for this long ends a download, in milliseconds. */
const STALL_MS = 30_000;

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
 * reason said. An archive whose checksum differs is an error: it must neither run nor be passed over in silence.
 */
export async function downloadCli(settings: Settings): Promise<Cli | undefined> {
  const platform = platformName();
  const archive = `pulumi-v${PULUMI_VERSION}-${platform}.tar.gz`;
  const expected = await publishedChecksum(archive, settings);
  if (expected === undefined) return undefined;
  await makeWhole(folder(settings), async (directory) => {
    const file = `${directory}.tar.gz`;
    try {
      await download(`${settings.releases}/${archive}`, file, settings);
      await verify(file, expected, `${settings.releases}/${archive}`);
      await pipeline(fs.createReadStream(file), zlib.createGunzip(), tar.extract(directory, { strip: 1 }));
    } finally {
      fs.rmSync(file, { force: true });
    }
    if (!isExecutable(path.join(directory, "pulumi")))
      throw new Error(`${settings.releases}/${archive} holds no executable pulumi/pulumi`);
  });
  return cachedDownload(settings);
}

/** Name of this machine in the names of releases. */
function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

async function publishedChecksum(archive: string, settings: Settings): Promise<string | undefined> {
  const url = `${settings.releases}/pulumi-${PULUMI_VERSION}-checksums.txt`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(settings.connectTimeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const line = (await response.text())
      .split("\n")
      .map((text) => text.trim().split(/\s+\*?/))
      .find(([, name]) => name === archive);
    if (/^[0-9a-f]{64}$/i.test(line?.[0] ?? "")) return line?.[0]?.toLowerCase();
    throw new Error(`no SHA-256 of ${archive} in it`);
  } catch (error) {
    settings.say(`pulumi: no download: ${url}: ${reasonOf(error, settings.connectTimeoutMs)}`);
    return undefined;
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const cause =
    error.cause instanceof Error ? error.cause.message || (error.cause as NodeJS.ErrnoException).code : undefined;
  return cause ?? error.message;
}

async function download(url: string, file: string, settings: Settings): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  const response = await fetch(url, { signal: stalled.signal });
  if (!response.ok || !response.body) throw new Error(`${url}: HTTP ${response.status}`);
  const total = Number(response.headers.get("content-length") ?? 0);
  const progress = downloadProgress(total, settings);
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), STALL_MS);
      progress(chunk.length);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body as never), watch, fs.createWriteStream(file));
  } catch (error) {
    throw new Error(
      `${url}: ${stalled.signal.aborted ? `no data for ${STALL_MS / 1000} s` : reasonOf(error, 0)}; try again`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Says how far the download is, at its start and at most every five seconds. */
function downloadProgress(totalBytes: number, { say }: Settings): (bytes: number) => void {
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  const started = Date.now();
  let [received, said] = [0, started];
  say(
    `pulumi: downloading the official release ${PULUMI_VERSION} (${totalBytes ? `${mebibytes(totalBytes)} MiB` : "size unknown"})`,
  );
  return (bytes) => {
    received += bytes;
    if (Date.now() - said < 5_000) return;
    said = Date.now();
    say(
      `pulumi: downloading: ${mebibytes(received)} of ${mebibytes(totalBytes)} MiB, ${Math.round((said - started) / 1000)} s`,
    );
  };
}

async function verify(file: string, expected: string, url: string): Promise<void> {
  const actual = await hashOfFile(file);
  if (actual === expected) return;
  throw new Error(
    `${url} is refused: its SHA-256 is ${actual}, the published one is ${expected}. ` +
      "Nothing of it was kept. Try again; if it stays so, install Pulumi yourself (https://www.pulumi.com/docs/iac/download-install/).",
  );
}
