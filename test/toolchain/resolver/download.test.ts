/** The download of the official release: what is kept, what is refused, what is passed over. */
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { downloadCli } from "../../../toolchain/resolver/cli-download";
import type { Settings } from "../../../toolchain/resolver/settings";
import { makeMachine, type Machine } from "./machine";
import { ARCHIVE, CHECKSUMS, goodAnswers, releaseArchive, serve, serveRelease, type Releases } from "./releases";

const ADVICE = "install Pulumi yourself: https://www.pulumi.com/docs/iac/download-install/";
let machine: Machine;
let site: Releases;
beforeEach(() => (machine = makeMachine()));
afterEach(async () => {
  await site.stop();
  machine.remove();
});

const download = (changes: Partial<Settings> = {}): ReturnType<typeof downloadCli> =>
  downloadCli({ ...machine.settings, releases: site.url, ...changes });
const folder = (): string => path.join(machine.settings.cacheDir, "pulumi-3.259.0-official");
/** What lies in the cache; empty as well where there is none. */
const kept = (): string[] =>
  fs.existsSync(machine.settings.cacheDir) ? fs.readdirSync(machine.settings.cacheDir) : [];

describe("a download", () => {
  it("with a good checksum is unpacked and kept", async () => {
    site = await serveRelease();
    expect(await download()).toEqual({
      pulumi: path.join(folder(), "pulumi"),
      version: "3.259.0",
      source: "download",
      reason: "official release, downloaded and checked",
    });
    expect(kept()).toEqual(["pulumi-3.259.0-official"]);
    expect(fs.readdirSync(folder())).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(fs.statSync(folder()).mode & 0o777).toBe(0o755);
    expect(site.asked).toEqual([CHECKSUMS, ARCHIVE]);
  });

  it("with another checksum is refused, and nothing of it is kept", async () => {
    const [good, other] = [await releaseArchive(), await releaseArchive({ pulumi: "other" })];
    site = await serve({ ...goodAnswers(good), [ARCHIVE]: (_request, response) => response.end(other) });
    await expect(download()).rejects.toThrow(
      new RegExp(
        `^${site.url}${ARCHIVE} is refused: its SHA-256 is [0-9a-f]{64}, the published one is [0-9a-f]{64}\\. ` +
          `Nothing of it was kept\\. Try again; if it stays so, ${ADVICE}$`,
      ),
    );
    expect(kept()).toEqual([]);
  });

  it("that is cut is an error that says to try again, and nothing of it is kept", async () => {
    site = await serveRelease({
      [ARCHIVE]: (_request, response) => {
        response.setHeader("content-length", 1_000_000).write("x".repeat(1000), () => response.destroy());
      },
    });
    await expect(download()).rejects.toThrow(
      new RegExp(`^${site.url}${ARCHIVE} broke off: .+; try again, or ${ADVICE}$`),
    );
    expect(kept()).toEqual([]);
  });

  it("that stalls is an error that says so, and nothing of it is kept", async () => {
    site = await serveRelease({ [ARCHIVE]: (_request, response) => void response.write("x") });
    await expect(download({ stallTimeoutMs: 300 })).rejects.toThrow(
      `${site.url}${ARCHIVE} broke off: no data for 0.3 s; try again, or ${ADVICE}`,
    );
    expect(kept()).toEqual([]);
  });

  it("without the CLI in it is refused", async () => {
    site = await serve(goodAnswers(await releaseArchive({ "pulumi-language-nodejs": "" })));
    await expect(download()).rejects.toThrow(`${site.url}${ARCHIVE} holds no executable pulumi/pulumi`);
    expect(kept()).toEqual([]);
  });

  it("cleans up after one that was killed", async () => {
    const left = path.join(machine.settings.cacheDir, "pulumi-3.259.0-official.making-AbCdEf");
    fs.mkdirSync(left, { recursive: true });
    fs.writeFileSync(path.join(left, "half.tar.gz"), "x");
    site = await serveRelease();
    await download();
    expect(kept()).toEqual(["pulumi-3.259.0-official"]);
  });

  it("goes through the proxy of the environment, but not to the hosts of no_proxy", async () => {
    site = await serveRelease();
    const proxy = await serve({});
    const env = { http_proxy: proxy.url.replace("http://", "") };
    try {
      expect(await download({ env })).toBeUndefined();
      expect(proxy.asked).toEqual([`${site.url}${CHECKSUMS}`]);
      expect(site.asked).toEqual([]);
      expect(await download({ env: { ...env, no_proxy: "127.0.0.1" } })).toMatchObject({ source: "download" });
    } finally {
      await proxy.stop();
    }
  });
});

describe("no download, with the reason said", () => {
  const answer = (body: string): http.RequestListener => {
    return (_request, response) => response.end(body);
  };

  it.each<[string, () => Promise<Releases>, string, string]>([
    ["the site has no checksums", () => serve({}), CHECKSUMS, "HTTP 404"],
    [
      "the checksums name no archive for this machine",
      () => serve({ [CHECKSUMS]: answer(`${"0".repeat(64)}  pulumi-v3.259.0-plan9-x64.tar.gz\n`) }),
      CHECKSUMS,
      `no SHA-256 of ${ARCHIVE.slice(1)} in it`,
    ],
    [
      "what is named is no checksum",
      () => serve({ [CHECKSUMS]: answer(`<html>  ${ARCHIVE.slice(1)}\n`) }),
      CHECKSUMS,
      `no SHA-256 of ${ARCHIVE.slice(1)} in it`,
    ],
    [
      "the archive is not there",
      () => serveRelease({ [ARCHIVE]: (_request, response) => response.writeHead(404).end() }),
      ARCHIVE,
      "HTTP 404",
    ],
    [
      "the archive is forbidden",
      () => serveRelease({ [ARCHIVE]: (_request, response) => response.writeHead(403).end("by the company") }),
      ARCHIVE,
      "HTTP 403",
    ],
    [
      "nothing answers within the time",
      () => serve({ [CHECKSUMS]: () => undefined }),
      CHECKSUMS,
      "no answer within 0.3 s",
    ],
    [
      "the checksums do not end within the time",
      () => serve({ [CHECKSUMS]: (_request, response) => void response.write("x") }),
      CHECKSUMS,
      "no answer within 0.3 s",
    ],
    [
      "the archive does not begin within the time",
      () => serveRelease({ [ARCHIVE]: () => undefined }),
      ARCHIVE,
      "no answer within 0.3 s",
    ],
    [
      "the connection is closed",
      () => serve({ [CHECKSUMS]: (request) => void request.socket.destroy() }),
      CHECKSUMS,
      "other side closed",
    ],
  ])("%s", async (_what, start, file, reason) => {
    site = await start();
    expect(await download({ connectTimeoutMs: 300 })).toBeUndefined();
    expect(machine.said).toEqual([`pulumi: no download: ${site.url}${file}: ${reason}`]);
    expect(kept()).toEqual([]);
  });
});
