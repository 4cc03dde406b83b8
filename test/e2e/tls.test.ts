/** The ingress with TLS: by an authority of the stack's own, then with files of the user's, then without again. */
import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { makeAuthority, makeCertificate, type KeyPair } from "../../engines/files/certificates";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { request } from "../support/http";
import { requestTls, served, trusting } from "../support/https";
import { openSession, withSession } from "../support/mcp-client";
import { createStack, type TestStack } from "../support/stack";

jest.setTimeout(240_000);

const INTERNAL = { servers: "time", tls: "internal" };
const PING = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

let stack: TestStack;
let httpsPort: number;
let directory: string;
let own: KeyPair;
const file = (name: string): string => path.join(directory, name);
beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-tls-"));
  own = await makeAuthority("authority of a test", new Date());
  fs.writeFileSync(file("ca.pem"), own.certificate);
  httpsPort = await freePort();
  // Of `files`: this machine trusts the authority that the user's certificate comes from.
  const env = { NODE_EXTRA_CA_CERTS: file("ca.pem") };
  stack = await createStack({ ...INTERNAL, httpsPort }, { prefix: "tls", env });
});
afterAll(async () => {
  await stack.remove();
  fs.rmSync(directory, { recursive: true });
});

const authority = (): string => fs.readFileSync(path.join(stack.dataDir, "tls/ca.pem"), "utf8");
const url = (): string => `https://127.0.0.1:${httpsPort}/mcp`;
const ingress = async (): Promise<string> => (await stack.containers("traefik"))[0]?.Id ?? "";
const serial = async (): Promise<string | undefined> =>
  (await served(httpsPort, "localhost")).certificate?.serialNumber;
const expectNoChanges = async (): Promise<void> => {
  const { code, output } = await stack.pulumi("preview", "--expect-no-changes");
  expect([code, output]).toEqual([0, expect.any(String)]);
};

describe("tls internal", () => {
  it("comes up, and says where everything is and what to trust", async () => {
    const { output } = await stack.succeed("up");
    expect(output).toContain(`https://127.0.0.1:${httpsPort}/mcp`);
    expect(output).toContain(`HTTPS by the stack's own authority, ${stack.dataDir}/tls/ca.pem`);
    expect(output).toContain(`127.0.0.1:${httpsPort} (ingress, HTTPS), from this machine`);
    expect(output).toContain(`127.0.0.1:${stack.port} (ingress), from there too: sends everybody on to HTTPS`);
  });

  it("has nothing to do a second time", () => expectNoChanges());

  it("lets MCP clients in that trust the authority, and is trusted by nobody else", async () => {
    expect(await withSession(url(), ({ toolNames }) => toolNames(), trusting(authority()))).toContain(
      "get_current_time",
    );
    await expect(openSession(url())).rejects.toThrow();
    await expect(requestTls(httpsPort, "/healthz", own.certificate)).rejects.toThrow(/certificate/);
  });

  it("is used by the stack's own commands", async () => {
    expect((await stack.succeed("tools")).output).toContain("get_current_time");
    const status = await stack.run("mcp-status");
    expect([status.code, status.output]).toEqual([0, expect.stringContaining(`https://127.0.0.1:${httpsPort}`)]);
  });

  it("holds for every name of the stack, and keeps the authority's key to itself", async () => {
    for (const name of ["localhost", "webui.localhost", "dify.localhost"]) {
      const { certificate } = await served(httpsPort, name);
      expect([name, certificate?.checkHost(name)]).toEqual([name, expect.any(String)]);
      expect(certificate?.checkIP("127.0.0.1")).toBe("127.0.0.1");
      expect(certificate?.checkIssued(new X509Certificate(authority()))).toBe(true);
    }
    expect(fs.statSync(path.join(stack.dataDir, "tls/ca-key.pem")).mode & 0o777).toBe(0o600);
    const mounts = (await stack.docker.getContainer(await ingress()).inspect()).Mounts;
    expect(mounts.filter(({ Source }) => path.resolve(Source).startsWith(`${stack.dataDir}/tls`))).toEqual([]);
  });

  it("sends plain HTTP on, a POST as a POST, and answers nothing there", async () => {
    for (const [method, code] of [
      ["GET", 302],
      ["POST", 307],
    ] as const) {
      const { status, headers } = await request(stack.port, "/mcp?x=1", { method, headers: { host: "localhost" } });
      expect([status, headers.location]).toEqual([code, `https://localhost:${httpsPort}/mcp?x=1`]);
    }
    expect((await request(stack.port, "/healthz/traefik")).status).toBe(200);
  });

  it("refuses foreign hosts and origins on both ports", async () => {
    const foreign = { host: "evil.example" };
    expect((await request(stack.port, "/mcp", { headers: foreign })).status).toBe(403);
    expect((await requestTls(httpsPort, "/mcp", authority(), { headers: foreign })).status).toBe(403);
    const origin = { host: "localhost", origin: "https://evil.example" };
    const asked = { method: "POST", headers: origin, body: PING };
    expect((await requestTls(httpsPort, "/mcp", authority(), asked)).status).toBe(403);
    // Its own pages may ask.
    const page = { headers: { host: `localhost:${httpsPort}`, origin: `https://localhost:${httpsPort}` } };
    expect((await requestTls(httpsPort, "/healthz", authority(), page)).status).toBe(200);
  });

  it("speaks TLS 1.2 and newer, and pins no browser to HTTPS", async () => {
    expect((await served(httpsPort, "localhost")).protocol).toBe("TLSv1.3");
    expect((await served(httpsPort, "localhost", { maxVersion: "TLSv1.2" })).protocol).toBe("TLSv1.2");
    // Node's own OpenSSL would refuse before the server does.
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(served(httpsPort, "localhost", old)).rejects.toThrow(/protocol version|handshake|alert/i);
    const { headers } = await requestTls(httpsPort, "/", authority(), { headers: { host: "localhost" } });
    expect(headers["strict-transport-security"]).toBeUndefined();
  });

  it("shows the certificate", async () => {
    const shown = JSON.parse((await stack.run("mcp-tls", "--json")).stdout) as Record<string, unknown>;
    expect(shown).toMatchObject({ kind: "internal", daysLeft: 396, serial: await serial() });
    expect((await stack.succeed("mcp-tls")).output).toContain(`sudo cp ${stack.dataDir}/tls/ca.pem`);
  });
});

describe("a renewal", () => {
  it("is left alone while it is not due", async () => {
    const before = await serial();
    expect((await stack.succeed("mcp-tls", "renew")).output).toContain("nothing to do: 396 days are left");
    expect(await serial()).toBe(before);
  });

  it("is served to new connections, without a restart and without cutting a stream", async () => {
    const [before, container] = [await serial(), await ingress()];
    const ca = authority();
    const opened: unknown[] = [];
    const { fetch } = trusting(ca);
    const counting: typeof fetch = (address, init) => {
      if (init?.method === "GET") opened.push(address);
      return fetch(address, init);
    };
    const session = await openSession(url(), { fetch: counting });
    await eventually(() => Promise.resolve(expect(opened).toHaveLength(1)));
    await stack.succeed("mcp-tls", "renew", "--now");
    await eventually(async () => expect(await serial()).not.toBe(before));
    expect(await session.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
    // The client opens its stream again within a second of its end.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(opened).toHaveLength(1);
    await session.end();
    expect([await ingress(), authority()]).toEqual([container, ca]);
    await expectNoChanges();
  });

  it("comes with the next up where the names changed", async () => {
    const [before, container] = [await serial(), await ingress()];
    stack.configure({ ...INTERNAL, httpsPort, allowedHosts: "box.example" });
    const { output } = await stack.succeed("up");
    expect(output).not.toContain("Error");
    await eventually(async () =>
      expect((await served(httpsPort, "box.example")).certificate?.checkHost("box.example")).toBe("box.example"),
    );
    expect(await serial()).not.toBe(before);
    // The host is a setting of ingress and router, which are replaced for it.
    expect(await ingress()).not.toBe(container);
  });
});

describe("tls files", () => {
  const config = () => ({
    servers: "time",
    tls: "files",
    httpsPort,
    tlsCertificate: file("box.pem"),
    tlsKey: file("box.key"),
  });
  const put = async (names: string[]): Promise<string> => {
    const { certificate, key } = await makeCertificate(own, { dns: names, addresses: [] }, new Date());
    fs.writeFileSync(file("box.pem"), certificate + own.certificate);
    fs.writeFileSync(file("box.key"), key, { mode: 0o600 });
    return new X509Certificate(certificate).serialNumber;
  };

  it("is refused without its files, with a certificate for other names, and with another key; nothing changes", async () => {
    const before = await serial();
    const refused = async (...lines: string[]): Promise<void> => {
      const { code, output } = await stack.run("up");
      expect(code).not.toBe(0);
      for (const line of lines) expect(output).toContain(line);
      expect(await serial()).toBe(before);
    };
    stack.configure({ ...config(), tlsKey: undefined });
    await refused('tls: "files" needs tlsKey, which is not set');
    stack.configure(config());
    await refused(`tlsCertificate: "${file("box.pem")}" is not there`, `tlsKey: "${file("box.key")}" is not there`);
    await put(["other.example"]);
    await refused("does not hold for baseDomain localhost (it holds for other.example)");
    fs.writeFileSync(file("box.key"), own.key);
    await refused(`tlsKey: "${file("box.key")}" is not the unencrypted PEM key of`);
  });

  it("serves them, and pins browsers to HTTPS", async () => {
    const wanted = await put(["localhost", "*.localhost"]);
    const { output } = await stack.succeed("up");
    expect(output).toContain(`https://localhost:${httpsPort}/mcp`);
    expect(await serial()).toBe(wanted);
    const { headers } = await requestTls(httpsPort, "/", own.certificate, { headers: { host: "localhost" } });
    expect(headers["strict-transport-security"]).toBe("max-age=63072000");
    await expectNoChanges();
  });

  it("takes over a renewed file without a restart", async () => {
    const container = await ingress();
    expect((await stack.succeed("mcp-tls", "renew")).output).toContain("the files are the same");
    const wanted = await put(["localhost", "*.localhost"]);
    await stack.succeed("mcp-tls", "renew");
    await eventually(async () => expect(await serial()).toBe(wanted));
    expect(await ingress()).toBe(container);
    await expectNoChanges();
  });
});

it("is gone with tls none: plain HTTP answers again, and the data keeps the authority", async () => {
  stack.configure({ servers: "time", tls: "none" });
  await stack.succeed("up");
  expect((await request(stack.port, "/healthz")).status).toBe(200);
  await expect(served(httpsPort, "localhost")).rejects.toThrow(/ECONNREFUSED/);
  expect(authority()).toContain("BEGIN CERTIFICATE");
});
