import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CERTIFICATE_DAYS, makeAuthority, makeCertificate, type KeyPair } from "../../../engines/files/certificates";
import { secretDirectory } from "../../../engines/files/layout";
import { givenFaults, renewalReason, tlsWords, type TlsPlan } from "../../../engines/files/tls";
import { writeTls } from "../../../engines/files/tls-files";

const DAY_MS = 24 * 60 * 60 * 1000;
const NAMES = { dns: ["localhost", "*.box.lan"], addresses: ["127.0.0.1", "::1"] };
const after = (days: number): Date => new Date(Date.now() + days * DAY_MS);

let base: string;
let plan: TlsPlan;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-tls-unit-"));
  plan = {
    name: "ingress-tls",
    files: { certificate: "certificate.pem", key: "key.pem" },
    authority: path.join(base, "tls"),
    commonName: "a test",
    names: NAMES,
  };
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const write = (of = plan): Promise<void> => writeTls({ base, ...of, ...tlsWords(base, of) });
const served = (): X509Certificate =>
  new X509Certificate(fs.readFileSync(path.join(secretDirectory(base, plan.name), "certificate.pem")));
const put = (name: string, content: string): string => {
  fs.writeFileSync(path.join(base, name), content);
  return path.join(base, name);
};

describe("a certificate of the stack's own authority", () => {
  it("is made once, with an authority that is kept, and is what openssl and browsers ask for", async () => {
    await write();
    const [certificate, authority] = [served(), fs.readFileSync(path.join(base, "tls/ca.pem"), "utf8")];
    expect(certificate.checkIssued(new X509Certificate(authority))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority).publicKey)).toBe(true);
    expect([certificate.ca, new X509Certificate(authority).ca]).toEqual([false, true]);
    expect(certificate.checkHost("webui.box.lan")).toBeDefined();
    expect(certificate.checkIP("::1")).toBeDefined();
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    await write();
    expect(served().serialNumber).toBe(certificate.serialNumber);
    expect(fs.readFileSync(path.join(base, "tls/ca.pem"), "utf8")).toBe(authority);
  });

  it("has words that stay while nothing has to change", async () => {
    await write();
    expect(tlsWords(base, plan)).toEqual(tlsWords(base, plan));
  });

  it("is due when a third of its life is left: the directory's word stays, the node's does not", async () => {
    await write();
    const [now, due] = [tlsWords(base, plan), after((CERTIFICATE_DAYS * 2) / 3 + 1)];
    expect(renewalReason(base, plan, after((CERTIFICATE_DAYS * 2) / 3 - 1))).toBeUndefined();
    expect(renewalReason(base, plan, due)).toMatch(/^13\d days are left$/);
    const then = tlsWords(base, plan, due);
    expect(then.place).toBe(now.place);
    expect(then.generation).not.toBe(now.generation);
  });

  it("is made anew for other names, by the same authority", async () => {
    await write();
    const [before, authority] = [served().serialNumber, fs.readFileSync(path.join(base, "tls/ca.pem"), "utf8")];
    const other = { ...plan, names: { ...NAMES, dns: ["localhost", "box.lan"] } };
    expect(renewalReason(base, other, new Date())).toBe("the stack has other names now");
    await write(other);
    expect(served().serialNumber).not.toBe(before);
    expect(served().checkHost("box.lan")).toBeDefined();
    expect(fs.readFileSync(path.join(base, "tls/ca.pem"), "utf8")).toBe(authority);
  });

  it.each<[string, (directory: string) => void, string]>([
    ["a key that is another's", (at) => fs.writeFileSync(path.join(at, "key.pem"), "x"), "do not belong together"],
    ["a certificate that is none", (at) => fs.writeFileSync(path.join(at, "certificate.pem"), "x"), "there is none"],
    ["no key", (at) => fs.rmSync(path.join(at, "key.pem")), "there is none"],
  ])("is made anew for %s", async (_, damage, why) => {
    await write();
    damage(secretDirectory(base, plan.name));
    expect(renewalReason(base, plan, new Date())).toContain(why);
    await write();
    expect(renewalReason(base, plan, new Date())).toBeUndefined();
  });

  it("is made anew when the authority was lost, with a new one", async () => {
    await write();
    fs.rmSync(path.join(base, "tls"), { recursive: true });
    expect(renewalReason(base, plan, new Date())).toBe("it is not of the stack's authority");
    await write();
    expect(renewalReason(base, plan, new Date())).toBeUndefined();
  });

  it("has an authority whose key its owner alone can read", async () => {
    await write();
    expect(fs.statSync(path.join(base, "tls/ca-key.pem")).mode & 0o777).toBe(0o600);
  });
});

describe("files of the user's", () => {
  let authority: KeyPair;
  let given: NonNullable<TlsPlan["given"]>;
  const of = (): TlsPlan => ({ ...plan, given, names: { dns: ["box.lan"], addresses: [] } });
  const faults = (now = new Date()): string[] => givenFaults(of(), now);
  beforeEach(async () => {
    authority = await makeAuthority("of the user's", new Date());
    const pair = await makeCertificate(authority, { dns: ["box.lan"], addresses: [] }, new Date());
    given = { certificate: put("box.pem", pair.certificate + authority.certificate), key: put("box.key", pair.key) };
  });

  it("are taken over as they are, and again when they changed", async () => {
    expect(faults()).toEqual([]);
    await write(of());
    expect(served().checkHost("box.lan")).toBeDefined();
    expect(fs.existsSync(path.join(base, "tls"))).toBe(false);
    const before = tlsWords(base, of());
    const pair = await makeCertificate(authority, { dns: ["box.lan"], addresses: [] }, new Date());
    put("box.pem", pair.certificate);
    put("box.key", pair.key);
    const later = tlsWords(base, of());
    expect(later.place).toBe(before.place);
    expect(later.generation).not.toBe(before.generation);
  });

  it("take the place of the stack's own certificate, and the other way round", async () => {
    await write();
    const before = tlsWords(base, plan);
    expect(tlsWords(base, of()).generation).not.toBe(before.generation);
    await write(of());
    expect(served().checkHost("box.lan")).toBeDefined();
    await write();
    expect(served().checkHost("localhost")).toBeDefined();
  });

  it.each<[string, () => void, RegExp]>([
    ["missing", () => fs.rmSync(given.certificate), /^tlsCertificate: ".*box\.pem" is not there/],
    ["no certificate", () => put("box.pem", "x"), /is no certificate in PEM/],
    ["of another key", () => put("box.key", authority.key), /^tlsKey: ".*box\.key" is not the unencrypted PEM key of/],
    ["no key", () => put("box.key", "x"), /^tlsKey: .* is not the unencrypted PEM key of/],
  ])("are refused when %s", (_, change, why) => {
    change();
    expect(faults()).toEqual([expect.stringMatching(why)]);
  });

  it("are refused when they have ended, and for names that they do not hold for", () => {
    expect(faults(after(500))).toEqual([expect.stringMatching(/is valid until .* only; renew it, then npm run up$/)]);
    expect(givenFaults({ ...of(), names: { dns: ["other.lan"], addresses: [] } }, new Date())).toEqual([
      expect.stringMatching(/does not hold for baseDomain other\.lan \(it holds for box\.lan\)/),
    ]);
  });
});
