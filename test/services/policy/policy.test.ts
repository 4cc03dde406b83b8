import fs from "node:fs";
import path from "node:path";
import { containerArgs } from "../../../engines/container-args";
import { applyPolicy } from "../../../services/policy/policy";
import { RULES } from "../../../services/policy/rules";
import { isServerOverride } from "../../../config-keys-overrides";
import { SHIPPED, SHIPPED_FOR_SERVERS } from "../../../services/policy/shipped";
import type { PlannedContainer, Rule, Subject } from "../../../services/policy/subject";
import { dataUser, planStack, servicesOf } from "../../../stack";
import { configOf } from "../../support/config";

const SOCKET = "/var/run/docker.sock";
const SET = { bundles: "full", imageSource: "build", secretsFile: "/nonexistent" };
const config = configOf(SET);

function subjects(of = config): Subject[] {
  const { plan, faults } = planStack(of);
  if (plan === undefined) throw new Error(faults.join("; "));
  return [...servicesOf(plan), ...Object.values(plan.dify?.oneShots ?? {})].map((service) => {
    const { project, stack, dataDir } = of;
    const place = {
      project,
      stack,
      dataDir,
      engineSocket: SOCKET,
      image: plan.reference(service.image),
      generations: [],
    };
    return { service, container: containerArgs(service, place), config: of, engineSocket: SOCKET };
  });
}

const all = subjects();
const of = (name: string): Subject => {
  const found = all.find(({ service }) => service.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** What all rules find in a service when its container is asked for like this. */
const found = (change: Partial<PlannedContainer>, subject = of("mcp-router")): string[] =>
  RULES.flatMap(({ name, check }) =>
    check({ ...subject, container: { ...subject.container, ...change } }).map((finding) => `${name}: ${finding.found}`),
  );

describe("what the stack itself runs", () => {
  it("violates nothing but what is shipped as an exception, with all bundles on", () => {
    expect(applyPolicy({ rules: RULES, subjects: all, waivers: {} })).toEqual({
      faults: [],
      waived: [],
      summary: `policy: ${RULES.length} rules hold for ${all.length} services`,
    });
  });

  it("needs each of those exceptions", () => {
    const both = [...all, ...subjects(configOf({ ...SET, gatewayMode: "socket" }))];
    const needed = both.flatMap((subject) =>
      RULES.filter(({ check }) => check(subject).length > 0).map(({ name }) => `${name}/${subject.service.name}`),
    );
    const own = [...new Set(needed)].filter((key) => !isServerOverride(key.replace(/^[^/]*\//, "")));
    const ofServers = needed.filter((key) => isServerOverride(key.replace(/^[^/]*\//, "")));
    expect([...new Set(ofServers.map((key) => key.replace(/\/.*/, "")))].sort()).toEqual(
      [...SHIPPED_FOR_SERVERS].sort(),
    );
    // Services that write as whoever runs Pulumi are root's only where root does.
    const byDataUser = dataUser() === "0:0" ? [] : ["root-user/open-webui", "root-user/minio"];
    expect([...own, ...byDataUser].sort()).toEqual([...SHIPPED].sort());
  });
});

it("SECURITY.md lists every rule with what it asks for and its exceptions", () => {
  const rows = fs.readFileSync(path.join(__dirname, "../../../SECURITY.md"), "utf8").split("\n");
  for (const { name, asks } of RULES) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` `)) ?? `no row of ${name}`;
    expect(row).toContain(asks);
    const exceptions = SHIPPED.filter((key) => key.startsWith(`${name}/`));
    expect(
      row
        .match(/`[^`]+`/g)
        ?.slice(1)
        .sort() ?? [],
    ).toEqual(exceptions.map((key) => `\`${key.slice(name.length + 1)}\``).sort());
  }
});

describe("a rule finds", () => {
  const digest = `@sha256:${"a".repeat(64)}`;
  it.each<[string, Partial<PlannedContainer>]>([
    ["image-digest: image docker.io/library/nginx:1.29", { image: "docker.io/library/nginx:1.29" }],
    ["image-latest: image docker.io/library/nginx:latest@", { image: `docker.io/library/nginx:latest${digest}` }],
    ["privileged: privileged", { privileged: true }],
    ["privileged: networkMode host", { networkMode: "host" }],
    ["privileged: networkMode container:traefik", { networkMode: "container:traefik" }],
    ["privileged: pidMode host", { pidMode: "host" }],
    ["privileged: ipcMode host", { ipcMode: "host" }],
    ["capabilities: drops nothing", { capabilities: { drops: [] } }],
    ["capabilities: drops ALL, adds CAP_SYS_ADMIN", { capabilities: { drops: ["ALL"], adds: ["CAP_SYS_ADMIN"] } }],
    ["capabilities: drops ALL, adds nothing, no security options", { securityOpts: [] }],
    ["root-user: user root", { user: "root" }],
    ["root-user: user 0:101", { user: "0:101" }],
    ["writable-root: ", { readOnly: false }],
    ["host-mount: /etc is mounted at /host", { mounts: [{ source: "/etc", target: "/host", readOnly: true }] }],
    ["host-mount: ", { mounts: [{ source: `${config.dataDir}/../other`, target: "/host", readOnly: true }] }],
    ["engine-socket: ", { mounts: [{ source: SOCKET, target: "/s", readOnly: true }] }],
    ["engine-socket: ", { mounts: [{ source: "/run/user/1000/podman/podman.sock", target: "/s", readOnly: true }] }],
    ["open-port: 0.0.0.0:9000", { ports: [{ internal: 8080, external: 9000, ip: "0.0.0.0" }] }],
    ["open-port: 192.168.1.2:9000", { ports: [{ internal: 8080, external: 9000, ip: "192.168.1.2" }] }],
    ["memory-limit: memory 0 MiB", { memory: 0 }],
    ["stop-time: 0 s", { stopTimeout: 0 }],
    ["stop-time: 3600 s", { stopTimeout: 3600 }],
  ])("%s…", (start, change) => {
    const [first, ...more] = found(change);
    expect(first?.slice(0, start.length)).toBe(start);
    expect(more).toEqual([]);
  });

  it("an image without a digest where images are pulled, whatever its tag looks like", () => {
    const subject = { ...of("mcp-router"), config: configOf({ imageSource: "pull" }) };
    const image = `mcp-gateway-stack/x:${"a".repeat(16)}`;
    expect(found({ image }, subject)).toEqual([`image-digest: image ${image}`]);
    expect(found({ image: `docker.io/library/nginx${digest}` }, subject)).toEqual([]);
  });

  it("a missing health check, and an empty reason for one from outside", () => {
    const [rule] = RULES.filter(({ name }) => name === "health-check");
    const of = (health: Subject["service"]["health"]) =>
      rule?.check({ ...all[0]!, service: { ...all[0]!.service, health } }).length;
    expect(of({ command: [], intervalSeconds: 1, timeoutSeconds: 1, retries: 1, startPeriodSeconds: 1 })).toBe(1);
    expect(of({ externalOnly: "" })).toBe(1);
    expect(of({ externalOnly: "a probe asks" })).toBe(0);
    expect(of({ runsOnce: true })).toBe(0);
  });

  it.each([
    ["a name that says so", "DB_PASSWORD=hunter2"],
    ["a token's form", "HEADER=Bearer ghp_abcdefghijklmnopqrstuvwxyz0123"],
    ["a password in a URL", "DATABASE_URL=postgresql://user:hunter2@db/x"],
    ["a private key", "PEM=-----BEGIN EC PRIVATE KEY-----"],
  ])("a secret in plain text by %s, and never repeats it", (_, entry) => {
    const name = entry.slice(0, entry.indexOf("="));
    expect(found({ envs: [entry] })).toEqual([`plain-secret: the variable ${name} has a value in plain text`]);
  });

  it("a secret among the arguments", () => {
    expect(found({ command: ["--key", "sk-abcdefghijklmnopqrstuv"] })).toEqual([
      "plain-secret: argument 2 looks like a secret",
    ]);
  });

  it.each([
    "DB_PASSWORD=",
    "DB_PASSWORD_FILE=/run/secrets/x",
    "USE_TOKEN=true",
    "MAX_TOKENS=4096",
    "S3_ACCESS_KEY=dify",
  ])("no secret in %s", (entry) => expect(found({ envs: [entry] })).toEqual([]));

  it("an ingress for everybody only where nobody said so", () => {
    const ingress = (set: Record<string, string>) =>
      found({}, { ...of("traefik"), config: configOf({ imageSource: "build", ...set }) });
    expect(ingress({ allowedSources: "0.0.0.0/0" })).toEqual([
      "open-port: 0.0.0.0:8811 is published, and nobody has to sign in",
    ]);
    expect(ingress({})).toEqual([]);
    expect(ingress({ allowedSources: "0.0.0.0/0", auth: "token" })).toEqual([]);
    expect(ingress({ allowedSources: "0.0.0.0/0", allowUnauthenticated: "true" })).toEqual([]);
  });
});

const rule = (check: Rule["check"]): Rule => ({ name: "mine", asks: "something", check });
const finding = { found: "blue", expected: "green", next: "paint it" };
const blue = rule(({ service }) => (service.name === "traefik" ? [finding] : []));
const apply = (rules: readonly Rule[], waivers: Record<string, string> = {}) =>
  applyPolicy({ rules, subjects: [of("traefik"), of("mcp-router")], waivers });

describe("a violation", () => {
  it("names rule, service, what was found and expected, what to do, and the waiver", () => {
    expect(apply([blue]).faults).toEqual([
      `policy mine: traefik: blue; expected green; paint it, or say why it may be so: pulumi config set --path 'policyWaivers["mine/traefik"]' "REASON"`,
    ]);
  });

  it("is told and no fault once it is waived with a reason", () => {
    expect(apply([blue], { "mine/traefik": "it is art" })).toEqual({
      faults: [],
      waived: ["policy mine/traefik is waived: it is art (blue)"],
      summary: "policy: 1 rules hold for 2 services, but for 1 waived",
    });
  });
});

describe("a waiver that waives nothing is a fault, because it would hide the next violation:", () => {
  it.each([
    ["yours/traefik", 'there is no rule "yours" (there are mine)'],
    ["mine/nobody", 'no service "nobody" runs'],
    ["mine/mcp-router", "mcp-router does not violate mine"],
  ])("%s", (key, why) => {
    expect(apply([blue], { "mine/traefik": "it is art", [key]: "a good reason" }).faults).toEqual([
      `policyWaivers: "${key}" waives nothing: ${why}; remove it: pulumi config rm --path 'policyWaivers["${key}"]'`,
    ]);
  });
});

describe("a rule of the user's that cannot be applied stops the update and is named when", () => {
  it("it throws", () => {
    const broken = rule(() => {
      throw new TypeError("x is undefined");
    });
    expect(() => apply([broken])).toThrow(
      'policy rule "mine", applied to traefik, failed: x is undefined; correct it in policyFile',
    );
  });
  it.each([undefined, [{}], ["blue"], [null], [{ ...finding, next: 1 }]])("it gives %j", (given) => {
    expect(() => apply([rule(() => given as never)])).toThrow("gave no list of { found, expected, next }");
  });
});
