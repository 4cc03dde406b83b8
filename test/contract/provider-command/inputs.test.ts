/** Every input of local.Command, by what the command sees of it. */
import fs from "node:fs";
import path from "node:path";
import { Secret, UNKNOWN, type PropertyMap } from "../../../toolchain/plugin/properties";
import { driver, stdoutOf, temporaryFolder } from "./driver";

const folder = temporaryFolder();

describe("the command", () => {
  it("runs by /bin/sh -c without an interpreter, and with an empty one", async () => {
    const create = `readlink /proc/$$/exe; echo "$0 $#"`;
    const shell = `${fs.realpathSync("/bin/sh")}\n/bin/sh 0`;
    expect(await stdoutOf({ create })).toBe(shell);
    expect(await stdoutOf({ create, interpreter: [] })).toBe(shell);
  });

  it("is the last argument of its interpreter", async () => {
    const interpreter = [process.execPath, "-e", "console.log(process.argv.slice(1).join('|'))", "first"];
    expect(await stdoutOf({ create: "echo $HOME", interpreter })).toBe("first|echo $HOME");
  });

  it("is given stdin to its end", async () => {
    const stdin = "line\nlast line without an end".padStart(300_000, "x");
    expect(await stdoutOf({ create: "cat", stdin })).toBe(stdin);
  });

  it("need not read stdin", async () => {
    expect(await stdoutOf({ create: "exec 0<&-; echo done", stdin: "x".repeat(300_000) })).toBe("done");
  });

  it.each([{}, { stdin: "" }])("finds an empty stdin without one: %j", async (inputs) => {
    expect(await stdoutOf({ create: "cat; echo end", ...inputs })).toBe("end");
  });

  it("sees environment in front of the plugin's own", async () => {
    const environment = { HOME: "/elsewhere", TEXT: "two words $HOME" };
    const create = 'echo "$HOME|$TEXT|$PATH"';
    expect(await stdoutOf({ create, environment })).toBe(`/elsewhere|two words $HOME|${process.env.PATH}`);
  });

  it("runs in dir", async () => {
    expect(await stdoutOf({ create: "pwd", dir: folder.path })).toBe(folder.path);
  });

  it("takes a relative dir from the project", async () => {
    const dir = path.relative(process.cwd(), folder.path);
    expect(await stdoutOf({ create: "pwd", dir })).toBe(folder.path);
  });

  it.each([{}, { dir: "" }])("runs in the project without a dir: %j", async (inputs) => {
    expect(await stdoutOf({ create: "pwd", ...inputs })).toBe(process.cwd());
  });

  it("gets secrets as plain values", async () => {
    const inputs = {
      create: new Secret('cat; echo "$KEY"'),
      stdin: new Secret("typed\n"),
      environment: { KEY: new Secret("k") },
    };
    expect(await stdoutOf(inputs)).toEqual(new Secret("typed\nk"));
  });
});

describe("a command that cannot be started", () => {
  it.each<[string, PropertyMap, string]>([
    ["dir is missing", { dir: "/nowhere/at/all" }, "chdir /nowhere/at/all: no such file or directory"],
    ["interpreter is missing", { interpreter: ["/no/shell"] }, "fork/exec /no/shell: no such file or directory"],
    ["interpreter may not be run", { interpreter: ["/etc/passwd"] }, "fork/exec /etc/passwd: permission denied"],
    [
      "environment is too long",
      { environment: { LONG: "x".repeat(200_000) } },
      "fork/exec /bin/sh: argument list too long " +
        "(environment included; addPreviousOutputInEnv: false leaves the last output out)",
    ],
  ])("says why: %s", async (_what, inputs, reason) => {
    const error = await driver()
      .create({ create: 'echo "x"', ...inputs })
      .catch((thrown: Error) => thrown.message);
    expect(error).toBe(`${reason}: running "echo \\"x\\"":\n`);
  });
});

describe("check", () => {
  const failures = async (news: PropertyMap): Promise<unknown> => (await driver().check(news)).failures;

  it("takes every input, and keeps only those that are set", async () => {
    const inputs = {
      create: "a",
      update: "b",
      delete: "c",
      triggers: [1, { a: null }, "x"],
      stdin: new Secret("s"),
      interpreter: ["/bin/sh"],
      dir: ".",
      environment: { A: "1", B: new Secret("2") },
      assetPaths: ["*"],
      archivePaths: ["**"],
      addPreviousOutputInEnv: false,
      logging: "none",
    };
    expect(await driver().check({ ...inputs, __defaults: [], version: "1.2.1" })).toEqual({ inputs, failures: [] });
    expect(await driver().check({ create: "a", dir: null })).toEqual({ inputs: { create: "a" }, failures: [] });
  });

  it("names an unknown input, with those there are", async () => {
    const known =
      "addPreviousOutputInEnv, archivePaths, assetPaths, create, delete, dir, environment, interpreter, logging, " +
      "stdin, triggers, update";
    expect(await failures({ create: "a", creates: "b" })).toEqual([
      { property: "creates", reason: `unknown property "creates"; known are ${known}` },
    ]);
  });

  it.each<[string, PropertyMap, string, string]>([
    ["text", { create: 7 }, "create", "expected a string, got the number 7"],
    ["text in a list", { interpreter: ["/bin/sh", true] }, "interpreter[1]", "expected a string, got the boolean true"],
    ["text in a map", { environment: { "A.B": 1 } }, 'environment["A.B"]', "expected a string, got the number 1"],
    ["a list", { assetPaths: "*.txt" }, "assetPaths", 'expected a list of strings, got the string "*.txt"'],
    ["a list of anything", { triggers: "now" }, "triggers", 'expected a list, got the string "now"'],
    ["a map", { environment: ["A=1"] }, "environment", "expected a map of strings, got a list"],
    [
      "yes or no",
      { addPreviousOutputInEnv: "no" },
      "addPreviousOutputInEnv",
      'expected a boolean, got the string "no"',
    ],
    [
      "a known way of logging",
      { logging: "all" },
      "logging",
      'expected one of stdout, stderr, stdoutAndStderr, none, got the string "all"',
    ],
    ["a map as text", { dir: {} }, "dir", "expected a string, got an object"],
  ])("names an ill-typed input: %s", async (_what, inputs, property, reason) => {
    expect(await failures({ create: "a", ...inputs })).toEqual([{ property, reason }]);
  });

  it("names every fault at once and shows no secret", async () => {
    const news = { stdin: new Secret(12345), environment: new Secret({ A: 12345 }), dir: 1 };
    expect(await failures(news)).toEqual([
      { property: "stdin", reason: "expected a string, got a secret of another type" },
      { property: 'environment["A"]', reason: "expected a string, got a secret of another type" },
      { property: "dir", reason: "expected a string, got the number 1" },
    ]);
  });

  it("lets unknown values pass", async () => {
    const news = { create: UNKNOWN, environment: { A: UNKNOWN }, triggers: new Secret(UNKNOWN), assetPaths: [UNKNOWN] };
    expect(await failures(news)).toEqual([]);
  });
});
