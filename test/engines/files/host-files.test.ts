import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { knownSecrets, NO_SECRETS, sentSource, type SecretValues } from "../../../engines/files/user-secrets";
import * as layout from "../../../engines/files/layout";

const ROOT = path.join(__dirname, "../../..");
let base: string;
beforeEach(() => (base = fs.mkdtempSync(path.join(os.tmpdir(), "host-files-"))));
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

/** The way in which the graph node runs it. */
const run = (action: string, plan: object): string =>
  execFileSync("node", ["--require", "./loader.js", "engines/files/host-files.ts", action], {
    cwd: ROOT,
    input: JSON.stringify({ base, ...plan }),
    encoding: "utf8",
  });
const makeSecrets = (plans: { readonly generated?: readonly object[]; readonly copied?: readonly object[] }): string =>
  run("secrets", { generated: [], copied: [], ...plans });
const mode = (file: string): string => (fs.statSync(path.join(base, file)).mode & 0o7777).toString(8);

const files = [
  { path: "nginx.conf", content: "daemon off;\n" },
  { path: "bin/start", content: "#!/bin/sh\n", executable: true },
];
const service: layout.ServicePlan = {
  service: "web",
  rendered: [{ hash: layout.contentHash(files), files }],
  directories: [{ path: "web-data" }],
};
const renderService = () => run("service", { ...service, generation: layout.serviceGeneration(base, service) });
const rendered = (file: string) => path.join(layout.renderedDirectory(base, "web", layout.contentHash(files)), file);

describe("rendered files", () => {
  it("can be read by any user of a container and written by nobody", () => {
    renderService();
    expect(fs.readFileSync(rendered("nginx.conf"), "utf8")).toBe("daemon off;\n");
    expect([
      mode(path.relative(base, rendered("nginx.conf"))),
      mode(path.relative(base, rendered("bin/start"))),
    ]).toEqual(["444", "555"]);
    expect(fs.existsSync(path.join(base, "web-data"))).toBe(true);
  });

  it("keep their generation while they are intact", () => {
    renderService();
    const generation = layout.serviceGeneration(base, service);
    renderService();
    expect(layout.serviceGeneration(base, service)).toBe(generation);
  });

  it("of several services are each its own: only what was damaged gets a new generation", () => {
    const api = { ...service, service: "api", directories: [{ path: "api-data" }] };
    const generation = (plan: layout.ServicePlan): string => layout.serviceGeneration(base, plan);
    const render = (): string =>
      run("services", { services: [service, api].map((plan) => ({ generation: generation(plan), ...plan })) });
    render();
    expect(fs.readdirSync(base).sort()).toEqual(["api-data", "rendered", "web-data"]);
    const before = [service, api].map(generation);
    fs.rmSync(rendered("nginx.conf"));
    expect(generation(api)).toBe(before[1]);
    render();
    expect(generation(service)).not.toBe(before[0]);
    expect(generation(api)).toBe(before[1]);
    expect(fs.readFileSync(rendered("nginx.conf"), "utf8")).toBe("daemon off;\n");
  });

  it("of several services name every one that cannot be written, and write the others", () => {
    const at = (name: string): layout.ServicePlan => ({
      ...service,
      service: name,
      directories: [{ path: `${name}-data` }],
    });
    for (const name of ["one", "two"]) fs.writeFileSync(path.join(base, `${name}-data`), "a file");
    const services = ["one", "web", "two"].map((name) => ({ generation: "g", ...at(name) }));
    expect(() => run("services", { services })).toThrow(/host files, services in .*: one: EEXIST: .*\ntwo: EEXIST: .*/);
    expect(fs.readFileSync(rendered("nginx.conf"), "utf8")).toBe("daemon off;\n");
  });

  it.each<[string, () => void]>([
    [
      "edited",
      () => {
        fs.rmSync(rendered("nginx.conf"));
        fs.writeFileSync(rendered("nginx.conf"), "other");
      },
    ],
    ["deleted", () => fs.rmSync(rendered("nginx.conf"))],
    ["joined by a stranger", () => fs.writeFileSync(rendered("extra.conf"), "")],
    ["whole directory gone", () => fs.rmSync(path.dirname(rendered("x")), { recursive: true })],
  ])("%s: get a new generation and are restored", (_what, damage) => {
    renderService();
    const before = layout.serviceGeneration(base, service);
    damage();
    expect(layout.serviceGeneration(base, service)).not.toBe(before);
    renderService();
    expect(fs.readdirSync(path.dirname(rendered("x"))).sort()).toEqual(["bin", "nginx.conf"]);
    expect(fs.readFileSync(rendered("nginx.conf"), "utf8")).toBe("daemon off;\n");
  });

  it("keep the directory before the current one, for containers that still mount it, and no older one", () => {
    for (const content of ["1", "2", "3"]) {
      const own = [{ path: "a", content }];
      const plan = { ...service, rendered: [{ hash: layout.contentHash(own), files: own }] };
      run("service", { ...plan, generation: content });
    }
    const kept = fs.readdirSync(path.join(base, "rendered/web")).filter((name) => name !== "generation.json");
    expect(kept.sort()).toEqual(["2", "3"].map((content) => layout.contentHash([{ path: "a", content }])).sort());
  });
});

describe("a generated secret", () => {
  const plan: layout.SecretPlan = {
    name: "token",
    bytes: 32,
    files: { token: "{value}", "auth.conf": "Bearer {value};\n" },
  };
  const make = () => makeSecrets({ generated: [{ ...plan, generation: layout.secretGeneration(base, plan) }] });
  const value = () => fs.readFileSync(path.join(base, "secrets/token/value"), "utf8");

  it("is made once, with files derived from it, and never printed", () => {
    const output = make();
    expect(Buffer.from(value(), "base64url")).toHaveLength(32);
    expect(fs.readFileSync(path.join(base, "secrets/token/auth.conf"), "utf8")).toBe(`Bearer ${value()};\n`);
    expect(output).not.toContain(value());
    const first = value();
    make();
    expect(value()).toBe(first);
  });

  it("has a generation that says nothing about its value and changes when a file does", () => {
    make();
    const generation = layout.secretGeneration(base, plan);
    expect(generation).not.toContain(layout.sha256(value()).slice(0, 8));
    fs.rmSync(path.join(base, "secrets/token/auth.conf"));
    expect(layout.secretGeneration(base, plan)).not.toBe(generation);
  });

  it("lies in a directory that only its user can enter", () => {
    run("owner", { owner: { project: "p", stack: "s", engine: "e" }, generation: "1" });
    make();
    expect([mode("secrets"), mode("rendered"), mode("secrets/token"), mode("secrets/token.json")]).toEqual([
      "700",
      "700",
      "755",
      "600",
    ]);
  });
});

it("a secret that is intact is not written again with others that are not, so that its age stays its own", () => {
  const plan = (name: string): layout.SecretPlan => ({ name, bytes: 32, files: {} });
  const make = () =>
    makeSecrets({
      generated: ["kept", "lost"].map((name) => ({
        ...plan(name),
        generation: layout.secretGeneration(base, plan(name)),
      })),
    });
  make();
  const file = (name: string) => path.join(base, "secrets", name, "value");
  const before = fs.statSync(file("kept")).ino;
  fs.rmSync(file("lost"));
  make();
  expect(fs.existsSync(file("lost"))).toBe(true);
  expect(fs.statSync(file("kept")).ino).toBe(before);
});

describe("copied secrets", () => {
  it("are only the lines that are wanted, and follow the user's file", () => {
    const file = path.join(base, "user.env");
    const source = { file, config: NO_SECRETS };
    fs.writeFileSync(file, "A=1\r\nOTHER=x\n# B=0\nB=2\nB=3\n");
    const plan: layout.CopyPlan = { name: "env", file: ".env", source, names: ["B", "A", "C"] };
    makeSecrets({ copied: [{ ...plan, source: file, generation: layout.copyGeneration(base, plan) }] });
    expect(fs.readFileSync(path.join(base, "secrets/env/.env"), "utf8")).toBe("B=3\nA=1\n");
    const generation = layout.copyGeneration(base, plan);
    expect(layout.copyGeneration(base, plan)).toBe(generation);
    fs.writeFileSync(file, "A=2\n");
    expect(layout.copyGeneration(base, plan)).not.toBe(generation);
  });

  it("are values of the stack's config, too, and follow them", () => {
    const file = path.join(base, "user.env");
    fs.writeFileSync(file, "A=1"); // without a line end
    const plan = (given: SecretValues): layout.CopyPlan => {
      const source = { file, config: knownSecrets(given) };
      return { name: "env", file: ".env", source, names: ["A", "B"] };
    };
    const first = plan({ B: "canary", OTHER: "elsewhere" });
    const generation = layout.copyGeneration(base, first);
    const source = { file, given: { B: "canary" } };
    expect(sentSource(first.source, (name) => first.names.includes(name))).toEqual(source);
    expect(makeSecrets({ copied: [{ ...first, source, generation }] })).not.toContain("canary");
    expect(fs.readFileSync(path.join(base, "secrets/env/.env"), "utf8")).toBe("A=1\nB=canary\n");
    expect(layout.copyGeneration(base, first)).toBe(generation);
    expect(layout.copyGeneration(base, plan({ B: "changed" }))).not.toBe(generation);
  });
});

describe("the owner's mark", () => {
  const owner = { project: "p", stack: "s", engine: "e" };
  it("is read back, keeps its generation, and gets a new one for another owner", () => {
    run("owner", { owner, generation: layout.ownerGeneration(base, owner) });
    expect(layout.readOwner(base)).toMatchObject(owner);
    expect(layout.ownerGeneration(base, owner)).toBe(layout.ownerGeneration(base, owner));
    expect(layout.ownerGeneration(base, { ...owner, stack: "t" })).not.toBe(layout.ownerGeneration(base, owner));
  });

  it("says what to do when it is damaged", () => {
    fs.writeFileSync(layout.ownerFile(base), "{");
    expect(() => layout.readOwner(base)).toThrow(
      `${layout.ownerFile(base)} is not JSON; restore it, or remove it if you know that the data is this stack's`,
    );
  });
});

it("a failure names the data directory, since a full disk is told without it", () => {
  fs.writeFileSync(path.join(base, "rendered"), "in the way");
  const { status, stderr } = spawnSync("node", ["--require", "./loader.js", "engines/files/host-files.ts", "service"], {
    cwd: ROOT,
    input: JSON.stringify({ base, generation: "x", ...service }),
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^host files, service in /);
  expect(stderr).toContain(` in ${base}: `);
});

it("an unknown action fails and lists the known ones", () => {
  const { status, stderr } = spawnSync("node", ["--require", "./loader.js", "engines/files/host-files.ts", "erase"], {
    cwd: ROOT,
    input: "{}",
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "host files, erase: unknown action; choose from owner, service, services, secrets, access, tls\n",
  });
});
