import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readConfig, stackSource } from "../../commands/stack-config";

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-config-test-"));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const write = (text: string): void => fs.writeFileSync(path.join(root, "Pulumi.dev.yaml"), text);
const KEY = "mcp-gateway-stack";

describe("the stack's own keys", () => {
  it("come as text, without namespace, as Pulumi gives them to the program", () => {
    write(`encryptionsalt: v1:x
config:
  ${KEY}:bundles: ai,dify
  ${KEY}:httpPort: 8899
  ${KEY}:accessLog: true
  ${KEY}:overrides:
    traefik:
      memoryMiB: 96
  aws:region: nowhere
`);
    expect(stackSource("dev", root)).toEqual({
      project: KEY,
      stack: "dev",
      directory: root,
      set: {
        bundles: "ai,dify",
        httpPort: "8899",
        accessLog: "true",
        overrides: '{"traefik":{"memoryMiB":96}}',
      },
      env: process.env,
    });
  });

  it.each(["", "config:\n", "config: {}\n", "encryptionsalt: v1:x\n"])("may be none: %j", (text) => {
    write(text);
    expect(stackSource("dev", root).set).toEqual({});
  });

  it("are none where there is no file", () => {
    expect(stackSource("other", root).set).toEqual({});
  });
});

describe("a file that cannot be used", () => {
  it("is named when it is not YAML", () => {
    write("config: [");
    expect(() => stackSource("dev", root)).toThrow(
      `${path.join(root, "Pulumi.dev.yaml")} cannot be read; correct it by hand: `,
    );
  });

  it("is refused when a key is encrypted, with the way out", () => {
    write(`config:\n  ${KEY}:secretsFile:\n    secure: v1:abc\n`);
    expect(() => stackSource("dev", root)).toThrow(
      "The stack has a fault, and nothing was changed:\n" +
        "  secretsFile: is set as a secret, which only Pulumi can read; set it again: pulumi config set --plaintext secretsFile VALUE",
    );
  });
});

describe("a change that is about to be made", () => {
  it("is checked as if it were set", () => {
    expect(readConfig("nobody", { bundles: "full" }).bundles).toEqual(["ai", "dify"]);
  });

  it("is refused with every other fault", () => {
    const changes = { bundles: "ia", httpPort: "0" };
    expect(() => readConfig("nobody", changes)).toThrow(
      "The stack has 2 faults, and nothing was changed:\n" +
        '  bundles: "ia" has "ia", which is no bundle; choose from ai, dify (comma list), full or ""\n' +
        '  httpPort: "0"',
    );
  });
});
