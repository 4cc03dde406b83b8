/** The provider's configuration as it comes over the wire: everything that is no string is JSON text. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readConfig } from "../../../toolchain/provider-docker/engine/config";

it("has defaults for everything", () => {
  expect(readConfig({}, {})).toEqual({
    host: "unix:///var/run/docker.sock",
    registryAuth: {},
    skipDaemonCheck: false,
  });
});

it("reads credentials of registries", () => {
  const registryAuth = JSON.stringify([
    { address: "https://registry.test:5000/v2", username: "me", password: "pw" },
    { address: "open.test", authDisabled: true },
  ]);
  expect(readConfig({ registryAuth }, {})?.registryAuth).toEqual({
    "registry.test:5000": { serveraddress: "https://registry.test:5000/v2", username: "me", password: "pw" },
    "open.test": { serveraddress: "open.test", username: "username", password: "password" },
  });
});

it("refuses credentials that are to be looked up", () => {
  expect(() => readConfig({ registryAuth: '[{"address":"a.test"}]' }, {})).toThrow(
    "registryAuth of a.test: set username and password; the stand-in reads no Docker configuration files",
  );
});

describe("TLS", () => {
  it("takes the texts of certificate and key", () => {
    const config = { host: "tcp://a.test:2376", certMaterial: "C", keyMaterial: "K", caMaterial: "A" };
    expect(readConfig(config, {})?.tls).toEqual({ ca: "A", cert: "C", key: "K" });
  });

  it("reads the three files of certPath", () => {
    const certPath = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-certs-"));
    try {
      for (const name of ["ca", "cert", "key"]) fs.writeFileSync(path.join(certPath, `${name}.pem`), name);
      expect(readConfig({ certPath }, {})?.tls).toEqual({ ca: "ca", cert: "cert", key: "key" });
    } finally {
      fs.rmSync(certPath, { recursive: true });
    }
  });

  it("refuses half of the pair", () => {
    expect(() => readConfig({ certMaterial: "C" }, {})).toThrow(
      "certMaterial and keyMaterial belong together; set both or none",
    );
  });
});
