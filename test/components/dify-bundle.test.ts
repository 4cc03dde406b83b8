import { DifyBundle } from "../../components/dify-bundle";
import { difyPlan } from "../../services/dify/plan";
import type { ServiceSpec } from "../../services/spec";
import { difyOrder } from "../../services/start-order";
import { configOf } from "../support/config";
import { DATA_DIR, imageReference, stdinOf, upon } from "../support/foundation";

const SERVICES = [
  ...["dify-postgres", "dify-redis", "minio", "dify-ssrf-proxy", "dify-sandbox"],
  ...["dify-api-proxy", "dify-api"],
  ...["dify-worker", "dify-worker-beat", "dify-plugin-daemon", "dify-web", "dify"],
];

const bundle = () =>
  upon(({ foundation }) => {
    const { plan } = difyPlan(configOf({ bundles: "dify" }), { dataUser: "1000:1000" });
    if (plan === undefined) throw new Error("the default config has faults");
    const names = Object.values({ ...plan.services, ...plan.oneShots }).map(({ image }) => image);
    const wanted = [...new Set(names)].map((name) => ({ name, reference: imageReference(name) }));
    const { services, oneShots, generatedSecrets } = plan;
    const provider = foundation.engine["provider" as never];
    const images = { source: "build" as const, wanted, provider, host: "unix:///run/engine.sock" };
    return new DifyBundle("dify", {
      foundation,
      services,
      oneShots,
      images,
      secrets: { generated: generatedSecrets, copied: [] },
    });
  });

describe("DifyBundle", () => {
  it("is its networks, images, secrets, one-shots and services, and nothing else", async () => {
    const { resources } = await bundle();
    expect(resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual(
      [
        ...[
          "DifyBundle dify",
          "Network dify",
          "Network dify-ssrf",
          "Network dify-outside",
          "Images dify-images",
          "Command dify-images-build",
        ],
        "Secrets dify-secrets",
        "Command dify-secrets-files",
        ...["dify-permissions", "dify-database", "minio-bucket", "dify-migration"].map((name) => `Command ${name}-run`),
        "Command dify-files",
        ...SERVICES.map((name) => `Container ${name}`),
      ].sort(),
    );
  });

  it.each([
    ["Container", "dify-postgres", ["dify-permissions-run"]],
    ["Container", "dify-redis", ["dify-permissions-run"]],
    ["Command", "dify-database-run", ["dify-postgres"]],
    ["Command", "minio-bucket-run", ["minio"]],
    ["Command", "dify-migration-run", ["dify-database-run", "dify-redis", "minio-bucket-run"]],
    ["Container", "dify-sandbox", []],
    ["Container", "dify-api", ["dify-migration-run"]],
    ["Container", "dify-worker", ["dify-migration-run"]],
    ["Container", "dify-worker-beat", ["dify-migration-run"]],
    ["Container", "dify-plugin-daemon", ["dify-migration-run"]],
    ["Container", "dify-web", []],
    ["Container", "dify", []],
  ])("starts the %s %s after %j", async (type, name, expected) => {
    const { resources } = await bundle();
    // Nothing waits for Nginx, and its name is also the network's.
    const steps = [
      ...SERVICES.filter((one) => one !== "dify"),
      ...resources.map((one) => one.name).filter((one) => one.endsWith("-run")),
    ];
    const found = resources.find((one) => one.type.endsWith(`:${type}`) && one.name === name);
    expect(found?.after.filter((one) => steps.includes(one))).toEqual(expected);
  });

  it("starts everything in the order that other programs are told", async () => {
    const { resources } = await bundle();
    const { plan } = difyPlan(configOf({ bundles: "dify" }), { dataUser: "1000:1000" });
    const order = plan === undefined ? [] : difyOrder(plan.services, plan.oneShots);
    const step = ({ name, health }: ServiceSpec): string => ("runsOnce" in health ? `${name}-run` : name);
    const steps = order.map(({ spec }) => step(spec));
    expect([...steps].sort()).toEqual(
      [...SERVICES, ...resources.map(({ name }) => name).filter((name) => name.endsWith("-run"))].sort(),
    );
    for (const { spec, after } of order) {
      const type = "runsOnce" in spec.health ? ":Command" : ":Container";
      const found = resources.find((one) => one.type.endsWith(type) && one.name === step(spec));
      // Nothing waits for Nginx, and its name is also the network's.
      const waits = found?.after.filter((one) => one !== "dify" && steps.includes(one));
      expect([spec.name, waits]).toEqual([spec.name, after.map(step).sort()]);
    }
  });

  it("runs a one-shot again when what it works on was replaced, and only then", async () => {
    const { resources } = await bundle();
    expect(stdinOf(resources, "dify-database-run")).toMatchObject({
      host: "unix:///run/engine.sock",
      seconds: 60,
      on: ["dify-postgres-id"],
      args: { name: "mcp-gateway-stack-dev-dify-database", readOnly: true },
    });
    expect(stdinOf(resources, "dify-permissions-run")).toMatchObject({ on: [] });
  });

  it("keeps its data in directories of the stack's data", async () => {
    const { resources } = await bundle();
    const mounts = resources.flatMap(({ inputs }) => (inputs["mounts"] ?? []) as { source: string; target: string }[]);
    const data = mounts
      .filter(({ source }) => !/rendered|secrets/.test(source))
      .map(({ source, target }) => `${source}:${target}`);
    expect([...new Set(data)].sort()).toEqual([
      `${DATA_DIR}/dify/plugins:/app/storage`,
      `${DATA_DIR}/dify/postgres:/var/lib/postgresql/data`,
      `${DATA_DIR}/dify/redis:/data`,
      `${DATA_DIR}/dify/storage:/app/api/storage`,
      `${DATA_DIR}/minio:/data`,
    ]);
  });
});
