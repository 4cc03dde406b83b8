/** The decision is remembered: a run with nothing to do starts no process, and one with a reason decides anew. */
import fs from "node:fs";
import path from "node:path";
import { resolve, type Resolution } from "../../../toolchain/resolver/resolve";
import { installGo, installOfficialPlugins, makeMachine, pulumiScript, type Machine } from "./machine";
import { serveRelease } from "./releases";

let machine: Machine;
let before: Resolution;
beforeEach(async () => {
  machine = makeMachine();
  installGo(machine);
  before = await resolve(machine.settings);
  forget();
});
afterEach(() => machine.remove());

const forget = (): void => {
  machine.said.length = 0;
  machine.forgetCalls();
};
const cached = (...names: string[]): string => path.join(machine.settings.cacheDir, ...names);
const append = (file: string): void =>
  fs.appendFileSync(path.join(machine.settings.toolchainDir, file), "\nconsole.log(1);\n");
const builds = (): number => machine.calls().filter((call) => call.startsWith("go build")).length;

describe("with nothing to do", () => {
  it("says the same decision and starts no process", async () => {
    expect(await resolve(machine.settings)).toEqual(before);
    expect(machine.calls()).toEqual([]);
    expect(machine.said).toEqual([
      "pulumi 3.259.0: built from the Go module proxy (no pulumi on PATH, no download site); stand-in plugins",
    ]);
  });

  it("does not wait for the lock", async () => {
    fs.symlinkSync("1-", cached("lock"));
    expect(await resolve(machine.settings)).toEqual(before);
  });

  it("is the same for a shell that has taken over the environment", async () => {
    const env = { ...machine.settings.env, PATH: `${before.path[0]}:${machine.settings.env.PATH}`, ...before.env };
    expect(await resolve({ ...machine.settings, env })).toEqual(before);
    expect(machine.calls()).toEqual([]);
  });
});

describe("decides anew when", () => {
  it("a pulumi appears on PATH", async () => {
    machine.install("pulumi", pulumiScript("v3.260.0"));
    machine.install("pulumi-language-nodejs", "");
    expect(await resolve(machine.settings)).toMatchObject({ cliSource: "path", version: "3.260.0" });
  });

  it("the pulumi on PATH is another file, or gone", async () => {
    const pulumi = machine.install("pulumi", pulumiScript("v3.260.0"));
    machine.install("pulumi-language-nodejs", "");
    await resolve(machine.settings);
    machine.install("pulumi", pulumiScript("v3.260.10"));
    expect(await resolve(machine.settings)).toMatchObject({ cliSource: "path", version: "3.260.10" });
    fs.rmSync(pulumi);
    expect(await resolve(machine.settings)).toMatchObject({ cliSource: "build" });
  });

  it("the official plugins are installed, whose home is then said to a shell that took over ours", async () => {
    installOfficialPlugins(machine);
    const { pluginSource, env } = await resolve(machine.settings);
    expect(pluginSource).toBe("official");
    expect(env).toEqual({ PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_HOME: machine.settings.userPulumiHome });
    expect(builds()).toBe(0);
  });

  it("another place of releases is named", async () => {
    fs.rmSync(path.dirname(before.pulumi), { recursive: true });
    const releases = await serveRelease();
    try {
      expect(await resolve({ ...machine.settings, releases: releases.url })).toMatchObject({ cliSource: "download" });
    } finally {
      await releases.stop();
    }
  });

  it("its CLI is gone: it builds it again", async () => {
    fs.rmSync(before.pulumi);
    expect(await resolve(machine.settings)).toEqual(before);
    expect(builds()).toBe(1);
    expect(fs.existsSync(before.pulumi)).toBe(true);
  });

  it.each([
    ["its language host", () => path.join(path.dirname(before.pulumi), "pulumi-language-nodejs")],
    ["a stand-in", () => cached("home/plugins/resource-command-v1.2.1/pulumi-resource-command")],
  ])("%s is gone: it puts it back, without a build", async (_what, file) => {
    fs.rmSync(file());
    expect(await resolve(machine.settings)).toEqual(before);
    expect(fs.existsSync(file())).toBe(true);
    expect(builds()).toBe(0);
  });

  it("the source of one stand-in changes: it installs that one again, and no other", async () => {
    append("provider-docker/main.ts");
    expect(await resolve(machine.settings)).toEqual(before);
    expect(machine.calls()).toEqual([
      expect.stringMatching(/^pulumi plugin install resource docker 5\.2\.0 --file .*\.tgz --reinstall$/),
    ]);
    const file = cached("home/plugins/resource-docker-v5.2.0/pulumi-resource-docker");
    expect(fs.readFileSync(file, "utf8")).toContain("console.log(1)");
    expect(fs.readdirSync(cached("bundles")).map((name) => name.replace(/-[0-9a-f]{16}$/, ""))).toEqual([
      "pulumi-language-nodejs",
      "pulumi-resource-command",
      "pulumi-resource-docker",
    ]);
  });

  it("the sources that all share change: it makes all anew, without a build", async () => {
    append("plugin/text.ts");
    await resolve(machine.settings);
    expect(machine.said.filter((line) => line.startsWith("toolchain: bundling"))).toHaveLength(3);
    expect(builds()).toBe(0);
  });

  it("what was remembered cannot be read", async () => {
    fs.writeFileSync(cached("resolved.json"), "{");
    expect(await resolve(machine.settings)).toEqual(before);
  });
});

describe("a stand-in that cannot be had", () => {
  it("is named with its missing file", async () => {
    fs.rmSync(path.join(machine.settings.toolchainDir, "provider-docker"), { recursive: true });
    await expect(resolve(machine.settings)).rejects.toThrow(
      `the stand-in of pulumi-resource-docker is missing: there is no ` +
        `${machine.settings.toolchainDir}/provider-docker/main.ts; is the checkout complete?`,
    );
  });

  it("is named with what Pulumi says when it cannot be installed", async () => {
    fs.rmSync(cached("home"), { recursive: true });
    machine.install("pulumi", pulumiScript("v3.259.0", "echo 'error: disk full' >&2; exit 1"));
    machine.install("pulumi-language-nodejs", "");
    await expect(resolve(machine.settings)).rejects.toThrow(
      `the stand-in of the docker plugin could not be installed into ${cached("home")}:\nerror: disk full`,
    );
  });
});
