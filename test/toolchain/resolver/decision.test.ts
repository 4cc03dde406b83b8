/** The order of decision: PATH, download, build; official plugins, stand-ins. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildCli } from "../../../toolchain/resolver/cli-build";
import { downloadCli } from "../../../toolchain/resolver/cli-download";
import { resolve } from "../../../toolchain/resolver/resolve";
import { PLUGINS } from "../../../toolchain/resolver/settings";
import { installGo, installOfficialPlugins, makeMachine, pulumiScript, type Machine } from "./machine";
import { serveRelease, type Releases } from "./releases";

let machine: Machine;
let releases: Releases | undefined;
beforeEach(() => (machine = makeMachine()));
afterEach(async () => {
  machine.remove();
  await releases?.stop();
  releases = undefined;
});

const inBin = (name: string): string => path.join(machine.directory, "bin", name);
const cached = (...names: string[]): string => path.join(machine.settings.cacheDir, ...names);
const standInEnvironment = {
  PULUMI_SKIP_UPDATE_CHECK: "1",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
};
/** A complete Pulumi on PATH. */
function installPulumi(version = "v3.259.0"): void {
  machine.install("pulumi", pulumiScript(version));
  machine.install("pulumi-language-nodejs", "");
}

describe("resolve", () => {
  it("uses the Pulumi on PATH and the official plugins, and nothing of ours", async () => {
    installPulumi("v3.200.0");
    installOfficialPlugins(machine);
    expect(await resolve(machine.settings)).toEqual({
      pulumi: inBin("pulumi"),
      version: "3.200.0",
      cliSource: "path",
      pluginSource: "official",
      env: { PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_HOME: machine.settings.userPulumiHome },
      path: [],
    });
    expect(machine.said).toEqual([`pulumi 3.200.0: ${inBin("pulumi")} on PATH; official plugins`]);
    expect(machine.calls()).toEqual(["pulumi version"]);
    expect(fs.readdirSync(machine.settings.cacheDir)).toEqual(["resolved.json"]);
  });

  it("lets the Pulumi on PATH install official plugins that are missing", async () => {
    installPulumi();
    const { pluginSource } = await resolve(machine.settings);
    expect(pluginSource).toBe("official");
    expect(machine.calls()).toEqual([
      "pulumi version",
      "pulumi plugin install resource docker 5.2.0",
      "pulumi plugin install resource command 1.2.1",
    ]);
    expect(fs.readdirSync(path.join(machine.settings.userPulumiHome, "plugins"))).toEqual([
      "resource-command-v1.2.1",
      "resource-docker-v5.2.0",
    ]);
  });

  it("downloads the official release if there is none on PATH", async () => {
    releases = await serveRelease();
    installGo(machine);
    installOfficialPlugins(machine);
    machine = { ...machine, settings: { ...machine.settings, releases: releases.url } };
    const folder = cached("pulumi-3.259.0-official");
    expect(await resolve(machine.settings)).toEqual({
      pulumi: path.join(folder, "pulumi"),
      version: "3.259.0",
      cliSource: "download",
      pluginSource: "official",
      env: { PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_HOME: machine.settings.userPulumiHome },
      path: [folder],
    });
    expect(machine.said).toEqual([
      "pulumi: downloading the official release 3.259.0 (0 MiB)",
      "pulumi 3.259.0: official release, downloaded and checked; official plugins",
    ]);
    expect(machine.calls()).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual(["pulumi", "pulumi-language-nodejs"]);
  });

  it("builds if nothing answers, with the stand-ins beside and in a home of its own", async () => {
    installGo(machine);
    const found = await resolve(machine.settings);
    const folder = path.dirname(found.pulumi);
    expect(path.relative(machine.settings.cacheDir, folder)).toMatch(/^pulumi-3\.259\.0-built-[0-9a-f]{12}$/);
    expect(found).toEqual({
      pulumi: path.join(folder, "pulumi"),
      version: "3.259.0",
      cliSource: "build",
      pluginSource: "stand-in",
      env: { ...standInEnvironment, PULUMI_HOME: cached("home") },
      path: [folder],
    });
    const run = (file: string): string => execFileSync(file, { encoding: "utf8" });
    expect(run(path.join(folder, "pulumi-language-nodejs"))).toBe("language host\n");
    const plugins = PLUGINS.map(({ name, version }) =>
      run(cached("home/plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`)),
    );
    expect(plugins).toEqual(["stand-in of docker\n", "stand-in of command\n"]);
    expect(machine.said).toEqual([
      expect.stringMatching(
        /^pulumi: no download: http:\/\/127\.0\.0\.1:65535\/pulumi-3\.259\.0-checksums\.txt: .*ECONNREFUSED/,
      ),
      "pulumi: building 3.259.0 from the Go module proxy (once; about 4 minutes on 2 cores)",
      "toolchain: bundling pulumi-language-nodejs",
      "toolchain: bundling pulumi-resource-docker",
      "toolchain: bundling pulumi-resource-command",
      "pulumi 3.259.0: built from the Go module proxy (no pulumi on PATH, no download site); stand-in plugins",
    ]);
    expect(fs.existsSync(machine.settings.userPulumiHome)).toBe(false);
  });

  it("uses official plugins that are installed with a CLI that was built, too", async () => {
    installGo(machine);
    installOfficialPlugins(machine);
    const { cliSource, pluginSource } = await resolve(machine.settings);
    expect([cliSource, pluginSource]).toEqual(["build", "official"]);
    expect(fs.existsSync(cached("home"))).toBe(false);
  });

  it("takes what it built before instead of asking again", async () => {
    installGo(machine);
    await resolve(machine.settings);
    fs.rmSync(cached("resolved.json"));
    machine.said.length = 0;
    machine.forgetCalls();
    expect((await resolve(machine.settings)).cliSource).toBe("build");
    expect(machine.calls()).toEqual([]);
    expect(machine.said).toHaveLength(1);
  });

  it("takes what it downloaded before instead of asking again, and prefers it to a build", async () => {
    releases = await serveRelease();
    installGo(machine);
    installOfficialPlugins(machine);
    await buildCli(machine.settings);
    await downloadCli({ ...machine.settings, releases: releases.url });
    machine.said.length = 0;
    expect((await resolve(machine.settings)).cliSource).toBe("download");
    expect(machine.said).toEqual(["pulumi 3.259.0: official release, downloaded and checked; official plugins"]);
  });

  it("sets up once when two begin at the same time", async () => {
    installPulumi();
    const [one, two] = await Promise.all([resolve(machine.settings), resolve(machine.settings)]);
    expect(one).toEqual(two);
    expect(machine.calls()).toHaveLength(3);
    expect(machine.said).toContain(`toolchain: waiting for process ${process.pid}, which is setting it up`);
  });

  it.each([
    ["cannot be had", "echo 'error: no such host' >&2; exit 1", "could not be installed: error: no such host"],
    ["do not arrive in time", "sleep 300", "did not arrive within 0.5 s"],
  ])("falls back to stand-ins under the Pulumi on PATH if official plugins %s", async (_what, install, reason) => {
    const standIn = `mkdir -p "$target"; tar -xzf "$7" -C "$target"`;
    const script = `if [ "$6" = --file ]; then ${standIn}; else ${install}; fi`;
    machine.install("pulumi", pulumiScript("v3.259.0", script));
    machine.install("pulumi-language-nodejs", "");
    const found = await resolve({ ...machine.settings, pluginTimeoutMs: 500 });
    expect(found).toEqual({
      pulumi: inBin("pulumi"),
      version: "3.259.0",
      cliSource: "path",
      pluginSource: "stand-in",
      env: { ...standInEnvironment, PULUMI_HOME: cached("home") },
      path: [],
    });
    expect(machine.said).toContain(`plugins: the official docker 5.2.0 ${reason}`);
  });

  it("does not hide PATH from Pulumi if the language host is only found there", async () => {
    installPulumi();
    const elsewhere = path.join(machine.directory, "opt");
    fs.mkdirSync(elsewhere);
    const noOfficial = `[ "$6" = --file ] || exit 1; mkdir -p "$target"; tar -xzf "$7" -C "$target"`;
    const pulumi = machine.install("pulumi", pulumiScript("v3.259.0", noOfficial));
    fs.renameSync(pulumi, path.join(elsewhere, "pulumi"));
    const env = { ...machine.settings.env, PATH: `${elsewhere}:${machine.settings.env.PATH}` };
    expect((await resolve({ ...machine.settings, env })).env).toEqual({
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_HOME: cached("home"),
    });
  });
});
