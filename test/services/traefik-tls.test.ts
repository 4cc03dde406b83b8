import { certificateNames, originOf } from "../../services/tls";
import { dynamicConfig } from "../../services/traefik-dynamic";
import { traefikService } from "../../services/traefik";
import { configOf } from "../support/config";

interface Dynamic {
  readonly tls?: { readonly options: Record<string, { readonly minVersion: string }> };
  readonly http: {
    readonly routers: Record<string, { entryPoints: string[]; middlewares: string[]; priority: number }>;
    readonly middlewares: Record<string, Record<string, unknown>>;
  };
}

const FILES = { tls: "files", tlsCertificate: "/etc/a.pem", tlsKey: "/etc/a.key", baseDomain: "box.lan" };
const dynamic = (set: Record<string, string>): Dynamic => dynamicConfig(configOf(set)) as Dynamic;

it("without TLS nothing of it is configured, published or mounted", () => {
  const { tls, http } = dynamic({});
  expect(tls).toBeUndefined();
  expect(Object.values(http.routers).flatMap(({ entryPoints }) => entryPoints)).not.toContain("websecure");
  const { ports, secrets } = traefikService(configOf());
  expect([ports.map(({ host }) => host), secrets]).toEqual([[8811], []]);
});

describe.each([{ tls: "internal" }, FILES])("with tls $tls", (set) => {
  it("plain HTTP knows refusals, the ingress's own health and the way to HTTPS, nothing else", () => {
    const routers = Object.entries(dynamic(set).http.routers);
    const plain = routers.filter(([, { entryPoints }]) => entryPoints.includes("web")).map(([name]) => name);
    expect(plain.sort()).toEqual(["own-health", "own-health-browser", "refuse-host", "refuse-source", "to-https"]);
    const { priority } = dynamic(set).http.routers["to-https"] ?? {};
    expect(Math.min(...routers.map(([, router]) => router.priority))).toBe(priority);
  });

  it("every other route, and every refusal, is there by HTTPS", () => {
    const routers = Object.entries(dynamic(set).http.routers);
    const missing = routers.filter(([, { entryPoints }]) => !entryPoints.includes("websecure")).map(([name]) => name);
    expect(missing).toEqual(["to-https"]);
  });

  it("both ports are published on the same address, and the certificate is mounted", () => {
    const { ports, secrets } = traefikService(configOf({ ...set, bindAddress: "127.0.0.1" }));
    expect(ports.map(({ host, address }) => `${address}:${host}`)).toEqual(["127.0.0.1:8811", "127.0.0.1:8443"]);
    expect(secrets).toEqual([{ secret: "ingress-tls", target: "/run/secrets/ingress-tls" }]);
  });

  it("nothing older than TLS 1.2 is spoken", () => {
    expect(dynamic(set).tls?.options["default"]).toEqual({ minVersion: "VersionTLS12" });
  });
});

it("browsers are pinned to HTTPS with a certificate of the user's only", () => {
  const pinned = (set: Record<string, string>): boolean =>
    (dynamic(set).http.middlewares["access"]?.["chain"] as { middlewares: string[] }).middlewares.includes("hsts");
  const kinds: Record<string, string>[] = [{}, { tls: "internal" }, FILES];
  expect(kinds.map(pinned)).toEqual([false, false, true]);
});

it("addresses follow", () => {
  expect(originOf(configOf(), "localhost")).toBe("http://localhost:8811");
  expect(originOf(configOf({ tls: "internal", httpsPort: "443" }), "localhost")).toBe("https://localhost:443");
});

it("a certificate is for every name and address that the ingress is asked by", () => {
  const config = configOf({ baseDomain: "box.lan", allowedHosts: "box,box.lan,10.0.0.7", bindAddress: "192.168.1.5" });
  expect(certificateNames(config)).toEqual({
    dns: ["localhost", "box.lan", "*.box.lan", "webui.box.lan", "llm.box.lan", "dify.box.lan", "box"],
    addresses: ["127.0.0.1", "::1", "192.168.1.5", "10.0.0.7"],
  });
});

it("the user's files are asked for by name where one is missing", () => {
  expect(() => configOf({ tls: "files", tlsKey: "/etc/a.key" })).toThrow(
    'tls: "files" needs tlsCertificate, which is not set; set it: pulumi config set --plaintext tlsCertificate FILE',
  );
  expect(() => configOf({ tls: "internal", httpsPort: "8811" })).toThrow(/is also h/);
});
