import fs from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { sealedSecrets } from "../config-secrets";
import { NO_SECRETS } from "../engines/files/user-secrets";
import { DEFAULT_SERVERS, KEYS, parse, PRIVATE_SOURCES, type Source } from "../config";

const ROOT = path.join(__dirname, "..");
const PROJECT = "mcp-gateway-stack";

const noValues = (): never => {
  throw new Error("a config is read without any value of a secret");
};

/** A stack file as the program gets it from the CLI: text, with objects as JSON. */
const sourceOf = (file: string): Source => {
  const { config = {} } = (parseYaml(fs.readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  const { [`${PROJECT}:secrets`]: sealed, ...others } = config;
  const entries = Object.entries(others).map(([key, value]) => [
    key.replace(`${PROJECT}:`, ""),
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  return {
    project: PROJECT,
    stack: "dev",
    directory: "/checkout",
    set: Object.fromEntries(entries) as Record<string, string>,
    env: {},
    secrets: { ...sealedSecrets(sealed), values: noValues },
  };
};

const expectations = (file: string): string[] =>
  fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("# expect: "))
    .map((line) => line.slice("# expect: ".length));

const stackFiles = (kind: "valid" | "invalid"): [string, string][] =>
  fs
    .readdirSync(path.join(__dirname, "config", kind))
    .map((name) => [name, path.join(__dirname, "config", kind, name)]);

const from = (set: Record<string, string>, env: Record<string, string> = {}): Source => ({
  project: PROJECT,
  stack: "dev",
  directory: "/checkout",
  set,
  env,
});

describe("config", () => {
  it.each(stackFiles("invalid"))("%s is refused with exactly its messages", (_name, file) => {
    expect(expectations(file)).not.toHaveLength(0);
    expect(parse(sourceOf(file)).faults).toEqual(expectations(file));
  });

  it.each(stackFiles("valid"))("%s has no fault, and every key that it sets counts", (_name, file) => {
    const source = sourceOf(file);
    const { faults, origins } = parse(source);
    expect(faults).toEqual([]);
    expect(origins).toHaveLength(Object.keys(source.set).length + Number(source.secrets?.names.length !== 0));
  });

  it("has a valid stack file that sets every key", () => {
    const everything = sourceOf(path.join(__dirname, "config", "valid", "Pulumi.everything.yaml"));
    expect([...Object.keys(everything.set), "secrets"].sort()).toEqual(Object.keys(KEYS).sort());
    expect(everything.secrets?.names).toEqual(["OPENAI_API_KEY", "github.personal_access_token"]);
  });

  it("has these defaults", () => {
    expect(parse(from({})).config).toEqual({
      project: PROJECT,
      stack: "dev",
      oidcIssuer: undefined,
      oidcClientId: undefined,
      oidcAllowed: [],
      oidcScopes: ["openid", "email", "profile"],
      oidcAudiences: [],
      tls: "none",
      httpsPort: 8443,
      tlsCertificate: undefined,
      tlsKey: undefined,
      policyFile: undefined,
      policyWaivers: {},
      bundles: [],
      httpPort: 8811,
      bindAddress: "0.0.0.0",
      baseDomain: "localhost",
      servers: DEFAULT_SERVERS.split(","),
      dataDir: "/checkout/.data",
      backupDir: "/checkout/backups",
      secretsFile: "/checkout/.env",
      secrets: NO_SECRETS,
      imageSource: "pull",
      imageRegistry: {},
      imageDigests: {},
      allowedHosts: [],
      allowedOrigins: [],
      allowedSources: PRIVATE_SOURCES.split(","),
      accessLog: false,
      auth: "none",
      allowUnauthenticated: false,
      maxBodyMiB: 64,
      maxHeaderKiB: 64,
      requestsPerSecond: 1000,
      streamsPerClient: 512,
      streamSeconds: 3600,
      gatewayMode: "static",
      gatewayDynamicTools: false,
      llamaContextSize: 4096,
      llamaParallel: 2,
      llamaGpuLayers: 999,
      whisperLanguage: "auto",
      gpu: "none",
      llmProviders: [],
      webuiAdminEmail: "admin@localhost.local",
      overrides: {},
    });
  });

  it("takes the stack's config before the environment, and the environment before the default", () => {
    const env = { TRAEFIK_HTTP_PORT: "9000", CONTAINER_SOCKET: "/run/env.sock" };
    expect(parse(from({ httpPort: "9001" }, env)).config).toMatchObject({
      httpPort: 9001,
      containerSocket: "/run/env.sock",
    });
    expect(parse(from({}, env)).config.httpPort).toBe(9000);
    expect(parse(from({}, env)).origins).toContain("httpPort = 9000 (environment variable TRAEFIK_HTTP_PORT)");
  });

  it("names the environment variable that a wrong value came from", () => {
    expect(parse(from({}, { TRAEFIK_HTTP_PORT: "http" })).faults).toEqual([
      'httpPort: "http" (environment variable TRAEFIK_HTTP_PORT) is not a TCP port; set a whole number from 1 to 65535',
    ]);
  });

  it.each([
    ["full", ["ai", "dify"]],
    ["", []],
    ["dify, ai", ["dify", "ai"]],
  ])("bundles %p means %j", (text, bundles) => {
    expect([...parse(from({ bundles: text })).config.bundles].sort()).toEqual([...bundles].sort());
  });

  it("reads ~ in paths as the home directory", () => {
    expect(parse(from({ dataDir: "~/stack" }, { HOME: "/home/me" })).config.dataDir).toBe("/home/me/stack");
  });
});

describe("Pulumi.yaml", () => {
  const declared = (
    parseYaml(fs.readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { default: unknown; description: string }>;
    }
  ).config;

  it.each(Object.entries(declared))("declares %s as config.ts does", (key, { default: fallback, description }) => {
    const known = KEYS[key as keyof typeof KEYS];
    expect({ fallback: String(fallback), description }).toEqual({
      fallback: known.fallback,
      description: known.description,
    });
  });

  it("declares no key that an environment variable may stand behind, because its default would hide it", () => {
    const withEnv = Object.entries(KEYS)
      .filter(([, key]) => "env" in key)
      .map(([name]) => name);
    expect(withEnv.filter((name) => name in declared)).toEqual([]);
  });
});
