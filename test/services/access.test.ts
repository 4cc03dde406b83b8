import { KEYS } from "../../config";
import { HOST_REFUSED, ORIGIN_REFUSED, SOURCE_REFUSED, hostPattern, literal } from "../../services/access";
import { configOf } from "../support/config";

/** Both readers of the pattern, Traefik and Nginx, hand it the host in lower case and without port. */
const allows = (host: string, set: Record<string, string> = {}, more: string[] = []): boolean =>
  new RegExp(hostPattern(configOf(set), more)).test(host);

describe("hosts that the stack answers to", () => {
  it.each([
    "localhost",
    "localhost.",
    "webui.localhost",
    "a.b.localhost",
    "127.0.0.1",
    "127.0.0.1.",
    "192.168.1.20",
    "::1",
    "[::1]",
    "[fe80::1]",
    "2001:db8::8:800:200c:417a",
    "[::ffff:127.0.0.1]",
  ])("%s is allowed without any config", (host) => {
    expect(allows(host)).toBe(true);
  });

  it.each([
    // Names that an attacker can let point to this machine.
    "evil.com",
    "localhost.evil.com",
    "localhost.evil.com.",
    "127.0.0.1.nip.io",
    "127-0-0-1.sslip.io",
    "localtest.me",
    "evillocalhost",
    "localhost-evil",
    "localhost.localdomain",
    "[::1].evil.com",
    "::1.evil.com",
    "127.0.0.1.5",
    "127.0.0",
    // Numbers that are addresses to some programs; browsers send them dotted.
    "2130706433",
    "0x7f.0.0.1",
    // The readers' job was not done.
    "LOCALHOST",
    "localhost:8811",
    "127.0.0.1:8811",
    "",
    ".",
    ".localhost",
    "mcp-router",
    "box.lan",
  ])("%s is refused without any config", (host) => {
    expect(allows(host)).toBe(false);
  });

  it.each([
    ["box.lan", true],
    ["webui.box.lan", true],
    ["webui.box.lan.", true],
    ["localhost", true],
    ["evilbox.lan", false],
    ["boxxlan", false],
    ["box.lan.evil.com", false],
    ["lan", false],
  ])("with baseDomain Box.LAN, %s: %p", (host, expected) => {
    expect(allows(host, { baseDomain: "Box.LAN" })).toBe(expected);
  });

  it.each([
    ["box", true],
    ["nas.home.arpa", true],
    ["nas.home.arpa.", true],
    // A name, not a domain.
    ["x.nas.home.arpa", false],
    ["nasxhome.arpa", false],
    ["nas.home.arpa.evil.com", false],
    ["boxer", false],
  ])("with allowedHosts Box, nas.home.arpa, %s: %p", (host, expected) => {
    expect(allows(host, { allowedHosts: "Box, nas.home.arpa" })).toBe(expected);
  });

  it("can be extended by further names", () => {
    expect(allows("mcp-router", {}, ["mcp-router"])).toBe(true);
  });
});

describe("literal", () => {
  it.each(["box.lan", "http://[::1]:8080", "a+b(c){1}|^$*?\\"])("%s matches itself and nothing else", (text) => {
    const pattern = new RegExp(`^${literal(text)}$`);
    expect([text, `${text}x`, text.replace(/\W/, "x")].map((candidate) => pattern.test(candidate))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("refusals", () => {
  it.each([
    ["host", HOST_REFUSED("evil.com"), "evil.com", "allowedHosts"],
    ["origin", ORIGIN_REFUSED("http://evil.com"), "http://evil.com", "allowedOrigins"],
    ["source", SOURCE_REFUSED("203.0.113.9"), "203.0.113.9", "allowedSources"],
  ])("of a %s are 403 and name the value, the key and the command", (_what, answer, value, key) => {
    expect(answer).toMatchObject({ status: 403, configKey: key });
    expect(Object.keys(KEYS)).toContain(key);
    expect(answer.message).toContain(value);
    expect(answer.message).toContain(`pulumi config set ${key} `);
  });
});
