import fs from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { difyPlan, type DifyPlan } from "../../../services/dify/plan";
import { DIFY_VERSION, SECRETS } from "../../../services/dify/settings";
import type { ServiceSpec } from "../../../services/spec";
import { configOf } from "../../support/config";

const result = (set: Record<string, string> = {}) =>
  difyPlan(configOf({ bundles: "dify", ...set }), { dataUser: "1234:1234" });
const good = (set: Record<string, string> = {}): DifyPlan => {
  const { plan, faults } = result(set);
  if (plan === undefined) throw new Error(faults.join("\n"));
  return plan;
};
const all = ({ services, oneShots }: DifyPlan): ServiceSpec[] => [
  ...(Object.values(services) as ServiceSpec[]),
  ...(Object.values(oneShots) as ServiceSpec[]),
];
const fileOf = (spec: ServiceSpec, name: string): string =>
  spec.files.flatMap(({ files }) => files).find((file) => file.path === name)?.content ?? "";

describe("the Dify bundle", () => {
  it("joins each service to no more networks than it needs", () => {
    expect(Object.fromEntries(all(good()).map(({ name, networks }) => [name, networks]))).toEqual({
      "dify-postgres": ["dify"],
      "dify-redis": ["dify"],
      minio: ["dify"],
      "dify-ssrf-proxy": ["dify-ssrf", "dify", "dify-outside"],
      "dify-sandbox": ["dify-ssrf"],
      "dify-api-proxy": ["dify", "edge", "dify-outside"],
      "dify-api": ["dify", "dify-ssrf", "dify-outside"],
      "dify-worker": ["dify", "dify-ssrf", "dify-outside"],
      "dify-worker-beat": ["dify"],
      "dify-plugin-daemon": ["dify", "dify-outside"],
      "dify-web": ["dify"],
      dify: ["edge", "dify"],
      "dify-permissions": [],
      "dify-database": ["dify"],
      "minio-bucket": ["dify"],
      "dify-migration": ["dify"],
    });
  });

  it("reaches the models of the AI bundle when that is on too, from where models are asked", () => {
    const reach = all(good({ bundles: "ai,dify" })).filter(({ networks }) => networks.includes("ai"));
    expect(reach.map(({ name }) => name).sort()).toEqual(["dify-api", "dify-plugin-daemon", "dify-worker"]);
  });

  it("lets MCP through the proxy of the API alone, which the sandbox shares no network with", () => {
    const { services } = good();
    const open = all(good()).filter((spec) => fileOf(spec, "squid.conf").includes("mcp_router"));
    expect(open.map(({ name }) => name)).toEqual(["dify-api-proxy"]);
    expect(services.apiProxy.networks).not.toEqual(expect.arrayContaining([...services.sandbox.networks]));
    expect(services.sandbox.environment).toMatchObject({ HTTP_PROXY: "http://dify-ssrf-proxy:3128" });
    for (const { environment } of [services.api, services.worker])
      expect(environment).toMatchObject({
        SSRF_PROXY_HTTP_URL: "http://dify-api-proxy:3128",
        SSRF_PROXY_HTTPS_URL: "http://dify-api-proxy:3128",
      });
  });

  it("signs in at the router by the proxy of the API where clients have to, and nowhere else", () => {
    const holders = (set: Record<string, string>) =>
      all(good(set)).filter(({ secrets }) => secrets.some(({ secret }) => secret === "mcp-services-token"));
    expect(holders({ auth: "token" }).map(({ name }) => name)).toEqual(["dify-api-proxy"]);
    expect(holders({})).toEqual([]);
    const include = "include /run/secrets/mcp-services-token/squid.conf";
    const conf = fileOf(good({ auth: "token" }).services.apiProxy, "squid.conf").split("\n");
    // After the names that it uses.
    expect(conf.indexOf(include)).toBeGreaterThan(conf.findIndex((line) => line.startsWith("acl mcp_path")));
    expect(fileOf(good().services.apiProxy, "squid.conf")).not.toContain("include");
  });

  it("publishes a port only where it is asked for, of its own proxy, on the address of the ingress", () => {
    expect(all(good()).flatMap(({ ports }) => ports)).toEqual([]);
    const plan = good({ difyPort: "3001", bindAddress: "10.0.0.1" });
    expect(plan.services.nginx.ports).toEqual([{ container: 8080, host: 3001, address: "10.0.0.1" }]);
    expect(all(plan).flatMap(({ ports }) => ports)).toHaveLength(1);
  });

  it("lets pages of its own addresses alone use its API", () => {
    const { api } = good({ difyPort: "3001", baseDomain: "box.lan", httpPort: "8899" }).services;
    const origins = "http://dify.box.lan:8899,http://localhost:3001,http://127.0.0.1:3001";
    expect(api.environment).toMatchObject({
      WEB_API_CORS_ALLOW_ORIGINS: origins,
      CONSOLE_CORS_ALLOW_ORIGINS: origins,
      CONSOLE_WEB_URL: "http://dify.box.lan:8899",
      ENDPOINT_URL_TEMPLATE: "http://dify.box.lan:8899/e/{hook_id}",
      CONSOLE_API_URL: "",
    });
  });

  it("migrates in the one-shot alone", () => {
    const { services, oneShots } = good();
    const back = [services.api, services.worker, services.beat, oneShots.migration];
    expect(back.map(({ environment: { MODE, MIGRATION_ENABLED } }) => [MODE, MIGRATION_ENABLED])).toEqual([
      ["api", "false"],
      ["worker", "false"],
      ["beat", "false"],
      ["migration", "true"],
    ]);
    expect(new Set(back.map(({ image }) => image))).toEqual(new Set(["dify-api"]));
  });

  it("has as much memory as its table says, and as overrides change it", () => {
    expect(good().memoryMiB).toBe(6656);
    expect(good({ overrides: '{"dify-worker":{"memoryMiB":1024}}' }).memoryMiB).toBe(6656 - 1280 + 1024);
  });

  it("refuses other digests for a part of a release", () => {
    const digests = (...names: string[]) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, `sha256:${"a".repeat(64)}`])));
    expect(result({ imageDigests: digests("dify-api", "dify-web") })).toEqual({
      plan: undefined,
      faults: [
        "imageDigests: dify-api, dify-web of Dify has another digest, but dify-sandbox, dify-plugin-daemon has not, and the " +
          "images of a release go together; set the digests of all four of one release, or of none",
      ],
    });
    const four = digests("dify-api", "dify-web", "dify-sandbox", "dify-plugin-daemon");
    expect(result({ imageDigests: four }).faults).toEqual([]);
    expect(result({ imageDigests: digests("dify-redis") }).faults).toEqual([]);
  });

  it("is written for the release that the image lock pulls", () => {
    const lock = parseYaml(fs.readFileSync(path.join(__dirname, "../../../catalogs/images.yaml"), "utf8")) as {
      images: Record<string, { pull: { reference: string } }>;
    };
    const tag = (name: string) => /:([^:@]+)@/.exec(lock.images[name]?.pull.reference ?? "")?.[1];
    expect(["dify-api", "dify-web"].map(tag)).toEqual([DIFY_VERSION, DIFY_VERSION]);
  });
});

describe("secrets of the Dify bundle", () => {
  it("are all generated, long enough, and within what their programs take", () => {
    const bytes = Object.fromEntries(good().generatedSecrets.map(({ name, bytes: count }) => [name, count]));
    expect(Object.keys(bytes).sort()).toEqual(Object.values<string>(SECRETS).sort());
    expect(Math.min(...Object.values(bytes))).toBe(16);
    const length = (name: string): number => Math.ceil(((bytes[name] ?? 0) * 4) / 3);
    expect(length(SECRETS.initPassword)).toBeLessThanOrEqual(30);
    expect(length(SECRETS.bucket)).toBeLessThanOrEqual(40);
    expect(length(SECRETS.minioRoot)).toBeLessThanOrEqual(40);
  });

  it("are mounted where they are read, and nowhere else", () => {
    for (const spec of all(good())) {
      const text = JSON.stringify(spec.files) + JSON.stringify([spec.environment, spec.entrypoint, spec.health]);
      const read = [...new Set(text.match(/(?<=\/run\/secrets\/)[\w-]+/g) ?? [])].sort();
      expect([spec.name, spec.secrets.map(({ secret }) => secret).sort()]).toEqual([spec.name, read]);
    }
  });

  it("are in no plain variable", () => {
    const named = all(good()).flatMap(({ name, environment }) =>
      Object.entries(environment)
        .filter(
          ([variable, value]) =>
            /(KEY|PASSWORD|SECRET|TOKEN|BROKER_URL)$/.test(variable) && !value.startsWith("/run/secrets/"),
        )
        .map(([variable]) => `${name} ${variable}`),
    );
    // The name of MinIO's user, no more.
    expect([...new Set(named.map((one) => one.split(" ")[1]))]).toEqual(["S3_ACCESS_KEY"]);
  });

  it("are set by a script for the program that it then becomes", () => {
    const { sandbox } = good().services;
    expect(sandbox.entrypoint).toEqual(["/bin/sh", "/etc/dify/with-secrets.sh"]);
    expect(fileOf(sandbox, "with-secrets.sh")).toBe(
      '#!/bin/sh\nset -eu\nAPI_KEY="$(cat /run/secrets/dify-sandbox-key/value)"\nexport API_KEY\nexec "$@"\n',
    );
    expect(fileOf(good().services.api, "with-secrets.sh")).toContain(
      'CELERY_BROKER_URL="redis://:$(cat /run/secrets/dify-redis-password/value)@dify-redis:6379/1"\n',
    );
  });
});

describe("stores", () => {
  it("belong to the users of their images, and only the one-shot may give them away", () => {
    const { services, oneShots } = good();
    const { postgres, redis, minio } = services;
    expect([postgres.user, redis.user, minio.user]).toEqual(["999:999", "999:1000", "1234:1234"]);
    expect(oneShots.permissions).toMatchObject({ user: "0:0", capabilities: ["CAP_CHOWN"] });
    expect(oneShots.permissions.command).toEqual([
      "chown 999:999 /data/dify/postgres\nchown 999:1000 /data/dify/redis\n" +
        "chown 1001:1001 /data/dify/storage\nchown 0:0 /data/dify/plugins",
    ]);
    expect(JSON.stringify(all(good()))).not.toContain("chmod");
  });

  it("have a minute for a clean end of the database", () => {
    expect(good().services.postgres).toMatchObject({ stopSignal: "SIGINT", stopSeconds: 60 });
  });

  it("give Dify a role that is no superuser, and a bucket user that can do nothing else", () => {
    const { database, bucket } = good().oneShots;
    expect(fileOf(database, "database.sql")).toContain(
      "ALTER ROLE dify LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';\n",
    );
    const { Statement } = JSON.parse(fileOf(bucket, "policy.json")) as { Statement: { Resource: string[] }[] };
    expect(Statement.flatMap(({ Resource }) => Resource)).toEqual(["arn:aws:s3:::dify", "arn:aws:s3:::dify/*"]);
  });
});
