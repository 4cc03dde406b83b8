/** The CLI that the user has installed: used, or named with the reason why not. */
import fs from "node:fs";
import path from "node:path";
import { cliFromPath, findOnPath, isOlder } from "../../../toolchain/resolver/cli-path";
import { makeMachine, pulumiScript, type Machine } from "./machine";

let machine: Machine;
beforeEach(() => (machine = makeMachine()));
afterEach(() => machine.remove());

const inBin = (name: string): string => path.join(machine.directory, "bin", name);

describe("cliFromPath", () => {
  it.each([
    ["the oldest that is allowed", "v3.200.0", "3.200.0"],
    ["a newer one", "v3.300.1", "3.300.1"],
    ["the next major one", "v4.0.0", "4.0.0"],
    ["one without a v", "3.259.0", "3.259.0"],
    ["a version between releases", "v3.259.0-alpha.7+dirty", "3.259.0-alpha.7+dirty"],
  ])("takes %s", async (_what, told, version) => {
    const pulumi = machine.install("pulumi", pulumiScript(told));
    machine.install("pulumi-language-nodejs", "");
    expect(await cliFromPath(machine.settings)).toEqual({
      pulumi,
      version,
      source: "path",
      reason: `${pulumi} on PATH`,
    });
    expect(machine.said).toEqual([]);
  });

  it.each([
    [
      "is too old",
      pulumiScript("v3.199.9"),
      "version 3.199.9 is older than 3.200.0; update it, or leave it: another one is set up for this checkout",
    ],
    ["says no version", pulumiScript(""), "it does not tell its version"],
    ["says something else", "echo 'welcome to pulumi 3.259.0'", "it does not tell its version"],
    ["fails", "exit 1", "it does not tell its version"],
  ])("passes over one that %s, and says so", async (_what, script, reason) => {
    const pulumi = machine.install("pulumi", script);
    machine.install("pulumi-language-nodejs", "");
    expect(await cliFromPath(machine.settings)).toBeUndefined();
    expect(machine.said).toEqual([`pulumi: ${pulumi} is not used: ${reason}`]);
  });

  it("passes over one that cannot be run at all", async () => {
    fs.writeFileSync(inBin("pulumi"), "\0\0", { mode: 0o755 });
    expect(await cliFromPath(machine.settings)).toBeUndefined();
    expect(machine.said).toEqual([`pulumi: ${inBin("pulumi")} is not used: it does not tell its version`]);
  });

  it("passes over one without a language host", async () => {
    const pulumi = machine.install("pulumi", pulumiScript("v3.259.0"));
    expect(await cliFromPath(machine.settings)).toBeUndefined();
    expect(machine.said).toEqual([
      `pulumi: ${pulumi} is not used: pulumi-language-nodejs lies neither beside it nor on PATH`,
    ]);
  });

  it("finds the language host beside the file that a link on PATH leads to", async () => {
    const opt = path.join(machine.directory, "opt");
    fs.mkdirSync(opt);
    fs.renameSync(machine.install("pulumi", pulumiScript("v3.259.0")), path.join(opt, "pulumi"));
    fs.renameSync(machine.install("pulumi-language-nodejs", ""), path.join(opt, "pulumi-language-nodejs"));
    fs.symlinkSync(path.join(opt, "pulumi"), inBin("pulumi"));
    expect(await cliFromPath(machine.settings)).toMatchObject({ pulumi: inBin("pulumi"), source: "path" });
  });

  it("says nothing where there is none", async () => {
    expect(await cliFromPath(machine.settings)).toBeUndefined();
    expect(machine.said).toEqual([]);
  });
});

describe("findOnPath", () => {
  it("takes the first that can be run: no folder, no plain file, no relative folder of PATH", () => {
    const [one, two, three] = ["one", "two", "three"].map((name) => path.join(machine.directory, name));
    fs.mkdirSync(`${one}/tool`, { recursive: true });
    fs.mkdirSync(`${two}`);
    fs.writeFileSync(`${two}/tool`, "");
    fs.mkdirSync(`${three}`);
    fs.writeFileSync(`${three}/tool`, "", { mode: 0o755 });
    const relative = path.relative(process.cwd(), `${three}`);
    const find = (...folders: (string | undefined)[]): string | undefined =>
      findOnPath("tool", { ...machine.settings, env: { PATH: folders.join(":") } });
    expect(find(one, two, "", relative, "/no/such/folder", three)).toBe(`${three}/tool`);
    expect(find(one, two, relative)).toBeUndefined();
    expect(findOnPath("tool", { ...machine.settings, env: {} })).toBeUndefined();
  });

  it("leaves out our own cache, also behind a link: a shell may have taken over our PATH", () => {
    const ours = path.join(machine.settings.cacheDir, "pulumi-built");
    fs.mkdirSync(ours, { recursive: true });
    fs.writeFileSync(`${ours}/pulumi`, "", { mode: 0o755 });
    fs.symlinkSync(`${ours}/pulumi`, inBin("pulumi"));
    const env = { PATH: `${ours}:${machine.settings.env.PATH}` };
    expect(findOnPath("pulumi", { ...machine.settings, env })).toBeUndefined();
  });
});

describe("isOlder", () => {
  it.each([
    ["3.9.0", "3.10.0", true],
    ["3.10.0", "3.9.9", false],
    ["3.200.0", "3.200.0", false],
    ["2.300.300", "3.0.0", true],
    ["4.0.0", "3.200.0", false],
    ["3.200.0-beta.1", "3.200.0", false],
  ])("%s than %s: %s", (a, b, expected) => {
    expect(isOlder(a, b)).toBe(expected);
  });
});
