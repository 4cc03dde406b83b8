/** What a command leaves behind: text, lines for the user, files, failures. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Asset, encode, Secret, type PropertyMap } from "../../../toolchain/plugin/properties";
import { driver, temporaryFolder } from "./driver";

const folder = temporaryFolder();

describe("logging", () => {
  const create = "echo one; echo two >&2; printf 'no end'";

  it.each<[string | undefined, string[]]>([
    [undefined, ["no end", "one", "two"]],
    ["stdoutAndStderr", ["no end", "one", "two"]],
    ["stdout", ["no end", "one"]],
    ["stderr", ["two"]],
    ["none", []],
  ])("%s: shows these lines as status, and the outputs are the same", async (logging, lines) => {
    const step = driver();
    const { outputs } = await step.create({ create, logging });
    expect([...step.lines].sort((a, b) => a.message.localeCompare(b.message))).toEqual(
      lines.map((message) => ({ severity: "info", message, status: true })),
    );
    expect([outputs.stdout, outputs.stderr]).toEqual(["one\nno end", "two"]);
  });

  it("shows lines while the command runs, in their order", async () => {
    const step = driver();
    const mark = path.join(folder.path, "go-on");
    const waiting = `echo first; while [ ! -e ${mark} ]; do sleep 0.05; done; echo second`;
    const running = step.create({ create: waiting });
    while (step.lines.length === 0) await new Promise(setImmediate);
    expect(step.lines.map(({ message }) => message)).toEqual(["first"]);
    fs.writeFileSync(mark, "");
    await running;
    expect(step.lines.map(({ message }) => message)).toEqual(["first", "second"]);
  });

  it("keeps characters that arrive in pieces whole", async () => {
    const create = "printf '\\303'; sleep 0.1; printf '\\251\\n'";
    expect((await driver().create({ create })).outputs.stdout).toBe("é");
  });
});

describe("Failure", () => {
  const create = `echo out; echo err >&2; exit 3`;

  it('says `exit status 3: running "…":` and both outputs', async () => {
    const error = await driver()
      .create({ create })
      .catch((thrown: Error) => thrown.message);
    expect(error).toMatch(/^exit status 3: running "echo out; echo err >&2; exit 3":\n(out\nerr\n|err\nout\n)$/);
  });

  it("shows the output lines as status", async () => {
    const step = driver();
    await step.create({ create }).catch(() => undefined);
    expect(step.lines.map(({ message, status }) => `${message} ${status}`).sort()).toEqual(["err true", "out true"]);
  });

  it("names the signal that ended the command", async () => {
    await expect(driver().create({ create: "kill -KILL $$" })).rejects.toThrow(
      'signal: SIGKILL (9): running "kill -KILL $$":\n',
    );
  });

  it("of update and delete is told the same way", async () => {
    await expect(driver().update({}, { update: "exit 4" })).rejects.toThrow('exit status 4: running "exit 4":\n');
    await expect(driver().delete({ delete: "exit 5" })).rejects.toThrow('exit status 5: running "exit 5":\n');
  });
});

describe("assetPaths and archivePaths", () => {
  const write = (...files: readonly string[]): void => {
    for (const file of files) {
      fs.mkdirSync(path.dirname(path.join(folder.path, file)), { recursive: true });
      fs.writeFileSync(path.join(folder.path, file), file);
    }
  };
  const asset = (file: string): Asset => {
    const hash = crypto.createHash("sha256").update(file).digest("hex");
    return new Asset("asset", { path: path.join(folder.path, file), hash });
  };
  const matches = async (...assetPaths: readonly string[]): Promise<string[]> => {
    const { outputs } = await driver().create({ create: "true", dir: folder.path, assetPaths });
    return Object.keys(outputs.assets as PropertyMap);
  };

  it("give files that the command made, by their path relative to dir", async () => {
    const create = "mkdir -p sub && printf sub/a.txt > sub/a.txt && printf b.txt > b.txt";
    const inputs = { create, dir: folder.path, assetPaths: ["**.txt"], archivePaths: ["*.txt"] };
    const { outputs } = await driver().create(inputs);
    expect(outputs.assets).toEqual({ "b.txt": asset("b.txt"), "sub/a.txt": asset("sub/a.txt") });
    expect(outputs.archive).toEqual(new Asset("archive", { assets: { "b.txt": asset("b.txt") } }));
    expect(() => encode(outputs)).not.toThrow();
  });

  it("give an empty map where nothing matches", async () => {
    expect(await matches("*.none")).toEqual([]);
  });

  it("follow the rules in their order: the example of the official documentation", async () => {
    write("assets/logos/logo.svg", "src/index.js", "src/secret.js", "other.js");
    expect(await matches("assets/**", "src/**.js", "!**secret.*")).toEqual(["assets/logos/logo.svg", "src/index.js"]);
    expect(await matches("!**secret.*", "src/**.js")).toEqual(["src/index.js", "src/secret.js"]);
  });

  it.each<[string, string[]]>([
    ["*", ["a+b.txt", "ab.txt", "c.txt"]],
    ["**", ["a+b.txt", "ab.txt", "c.txt", "d/c.txt", "d/e/f.md"]],
    ["*/*", ["d/c.txt"]],
    ["?.txt", ["c.txt"]],
    ["[a-b]*.txt", ["a+b.txt", "ab.txt"]],
    ["[!a-b]*.txt", ["c.txt"]],
    ["{ab,c}.txt", ["ab.txt", "c.txt"]],
    ["d/{c.txt,**.md}", ["d/c.txt", "d/e/f.md"]],
    ["a+b.txt", ["a+b.txt"]],
    ["\\c.txt", ["c.txt"]],
    ["c,txt", []],
    ["d", []],
    ["cXtxt", []],
  ])("%s matches %j", async (pattern, expected) => {
    write("a+b.txt", "ab.txt", "c.txt", "d/c.txt", "d/e/f.md");
    expect(await matches(pattern)).toEqual(expected);
  });

  it("name a pattern that cannot be read", async () => {
    await expect(matches("{a,b")).rejects.toThrow('the glob pattern "{a,b" has a "{" without "}"');
  });

  it("of an earlier run are gone when a later one asks for none", async () => {
    // The engine hands the old ones over without their contents: kept, they would be of no use to anybody.
    const old = { "a.txt": new Asset("asset", { hash: "h" }) };
    const outputs = await driver().update({ stdout: "x", stderr: "", assets: old }, { create: "true" });
    expect(outputs).toEqual({ create: "true", stdout: "", stderr: "" });
  });

  it("are looked at again by a read, whose state comes without the contents of assets", async () => {
    write("a.txt");
    const inputs = { create: "true", dir: folder.path, assetPaths: ["*"], archivePaths: ["*"] };
    const { outputs } = await driver().create(inputs);
    const elided = { assets: { "a.txt": new Asset("asset", { hash: "h" }) }, archive: new Asset("archive", {}) };
    expect(await driver().read({ ...outputs, ...elided }, inputs)).toEqual({ id: "id", outputs, inputs });
  });

  it("and a folder that is gone leave a read with no files", async () => {
    const state = { dir: path.join(folder.path, "gone"), assetPaths: ["*"], stdout: new Secret("s") };
    expect(await driver().read(state, {})).toEqual({
      id: "id",
      outputs: { ...state, assets: new Secret({}) },
      inputs: {},
    });
  });
});

describe("secrets", () => {
  it("in any input stay secret in the outputs, and so do those that the command made", async () => {
    const inputs = { create: "echo $KEY", environment: { KEY: new Secret("k") }, assetPaths: ["*"], dir: folder.path };
    fs.writeFileSync(path.join(folder.path, "a"), "");
    const { outputs } = await driver().create(inputs);
    expect(outputs).toEqual({
      ...inputs,
      stdout: new Secret("k"),
      stderr: new Secret(""),
      assets: expect.any(Secret) as Secret,
    });
  });

  it("of the run before do not make a run without secrets secret", async () => {
    const outputs = await driver().update({ stdout: new Secret("k"), stderr: new Secret("") }, { create: "echo a" });
    expect(outputs).toEqual({ create: "echo a", stdout: "a", stderr: "" });
  });
});
