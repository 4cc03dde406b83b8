import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { packContext } from "../../../engines/images/context";
import { buildEnvironment, caBundle, debianMirror, proxyArguments } from "../../../engines/images/host";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "image-host-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

describe("debianMirror", () => {
  it("reads deb822 files and passes over other archives and commented lines", () => {
    write(
      "sources.list.d/a.sources",
      "Types: deb\n# http://old.example/debian\nURIs: http://m.example/debian-security\n",
    );
    write("sources.list.d/b.sources", "Types: deb\nURIs: http://m.example/debian\nSuites: trixie\n");
    expect(debianMirror(directory)).toBe("http://m.example/debian");
  });

  it("reads one-line files first", () => {
    write(
      "sources.list",
      "# deb http://no.example/debian x main\ndeb [arch=amd64] https://m.example/pub/debian/ trixie main\n",
    );
    write("sources.list.d/b.sources", "URIs: http://other.example/debian\n");
    expect(debianMirror(directory)).toBe("https://m.example/pub/debian/");
  });

  it("takes no other distribution's archive, and no disabled file", () => {
    write("sources.list", "deb http://archive.example/ubuntu noble main\n");
    write("sources.list.d/b.sources.disabled", "URIs: http://m.example/debian\n");
    expect(debianMirror(directory)).toBeUndefined();
  });
});

describe("caBundle", () => {
  it("takes SSL_CERT_FILE, then NODE_EXTRA_CA_CERTS, if the file exists", () => {
    const [first, second] = [write("first", ""), write("second", "")];
    expect(caBundle({ SSL_CERT_FILE: first, NODE_EXTRA_CA_CERTS: second })).toBe(first);
    expect(caBundle({ SSL_CERT_FILE: path.join(directory, "none"), NODE_EXTRA_CA_CERTS: second })).toBe(second);
  });
});

describe("what build stages are told", () => {
  it("is read by a shell as it was meant", () => {
    const text = buildEnvironment("/some/ca", { PIP_INDEX_URL: "https://a.example/it's?x=$y&z" });
    const answer = spawnSync(
      "sh",
      ["-c", `${text}printf '%s\\n' "$PIP_INDEX_URL" "$PIP_CERT" "$NODE_EXTRA_CA_CERTS"`],
      { encoding: "utf8" },
    );
    expect(answer.stdout).toBe("https://a.example/it's?x=$y&z\n/build/ca.crt\n/build/ca.crt\n");
  });

  it("names no bundle where the host has none", () => {
    expect(buildEnvironment(undefined, {})).not.toMatch(/ca\.crt/);
  });

  it("has the proxies that are set as build arguments", () => {
    expect(proxyArguments({ https_proxy: "http://p.example:1", HTTP_PROXY: "", OTHER: "x" })).toEqual({
      https_proxy: "http://p.example:1",
    });
  });
});

describe("packContext", () => {
  /** Name, mode, owner, time and content of each file, as tar lists and extracts them. */
  async function unpack(
    host: Parameters<typeof packContext>[1],
  ): Promise<{ list: string; read: (name: string) => string }> {
    const chunks: Buffer[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) });
    packContext(path.join(directory, "context"), host).pipe(sink);
    await new Promise((resolve, reject) => sink.on("finish", resolve).on("error", reject));
    const input = Buffer.concat(chunks);
    const tar = (...args: string[]): string =>
      spawnSync("tar", args, { input, encoding: "utf8", env: { ...process.env, TZ: "UTC" } }).stdout;
    return {
      list: tar("--list", "--verbose", "--numeric-owner"),
      read: (name) => tar("--extract", "--to-stdout", name),
    };
  }

  it("adds what the host has, with the same owners and times everywhere", async () => {
    write("context/Dockerfile", "FROM scratch\n");
    const { list, read } = await unpack({
      environment: "export A=1\n",
      bundle: write("ca", "CA"),
      program: write("program", "ELF"),
    });
    expect(list).toMatch(/-rwxr-xr-x 0\/0 +3 1970-01-01 00:00 \.build\/program/);
    expect(list).toMatch(/ 0\/0 +13 1970-01-01 00:00 Dockerfile/);
    expect([read(".build/env.sh"), read(".build/ca.crt"), read(".build/program")]).toEqual([
      "export A=1\n",
      "CA",
      "ELF",
    ]);
  });
});
