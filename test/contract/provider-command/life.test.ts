/** What local.Command does in each moment of a resource's life. */
import fs from "node:fs";
import path from "node:path";
import { Asset, Secret, UNKNOWN, type PropertyMap } from "../../../toolchain/plugin/properties";
import { diff, driver, temporaryFolder } from "./driver";

const folder = temporaryFolder();

/** Appends its own name and the outputs of the run before to a file. */
const note = (name: string): string => `echo "${name}: $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR" >> noted`;
const noted = (): string => fs.readFileSync(path.join(folder.path, "noted"), "utf8");
const hasNoted = (): boolean => fs.existsSync(path.join(folder.path, "noted"));

describe("create", () => {
  it("answers the inputs, stdout and stderr, with one trailing newline trimmed", async () => {
    const inputs = { create: "printf 'a\\n\\n'; printf 'b\\n' >&2", environment: { A: "1" } };
    const { id, outputs } = await driver().create(inputs);
    expect(outputs).toEqual({ ...inputs, stdout: "a\n", stderr: "b" });
    expect(id).toMatch(/^step[0-9a-f]{8}$/);
  });

  it("gives every resource an id of its own", async () => {
    const [one, two] = [await driver().create({}), await driver().create({})];
    expect(one.id).not.toBe(two.id);
  });

  it("runs nothing without create, and answers empty outputs", async () => {
    expect((await driver().create({ update: "exit 1" })).outputs).toEqual({
      update: "exit 1",
      stdout: "",
      stderr: "",
    });
  });

  it("runs nothing in a preview, where the outputs are unknown", async () => {
    const inputs = { create: note("create"), dir: folder.path, archivePaths: ["*"] };
    const { outputs } = await driver().create(inputs, true);
    expect(outputs).toEqual({ ...inputs, stdout: UNKNOWN, stderr: UNKNOWN, archive: UNKNOWN });
    expect(hasNoted()).toBe(false);
  });

  it("waits for what the command left in the background with its output", async () => {
    const { outputs } = await driver().create({ create: "(sleep 0.2; echo late) & echo early" });
    expect(outputs.stdout).toBe("early\nlate");
  });
});

describe("Any other input change, also of delete only, runs update (or create if update is absent)", () => {
  const state = { stdout: "out", stderr: "err" };

  it("update runs with PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR of the previous run", async () => {
    const news = { create: note("create"), update: `${note("update")}; echo new`, dir: folder.path };
    expect(await driver().update({ ...news, ...state }, news)).toEqual({ ...news, stdout: "new", stderr: "" });
    expect(noted()).toBe("update: out/err\n");
  });

  it("create runs again if update is absent", async () => {
    await driver().update(state, { create: note("create"), delete: "exit 1", dir: folder.path });
    expect(noted()).toBe("create: out/err\n");
  });

  it("nothing runs without both, and the outputs stay", async () => {
    expect(await driver().update(state, { delete: "exit 1" })).toEqual({ delete: "exit 1", ...state });
  });

  it("nothing runs in a preview, where the outputs are unknown", async () => {
    const news = { create: note("create"), dir: folder.path, assetPaths: ["*"] };
    const planned = await driver().update({ ...state, archive: new Asset("archive", {}) }, news, true);
    expect(planned).toEqual({ ...news, stdout: UNKNOWN, stderr: UNKNOWN, assets: UNKNOWN });
    expect(hasNoted()).toBe(false);
  });

  it("addPreviousOutputInEnv: false keeps the previous outputs to itself", async () => {
    await driver().update(state, { create: note("create"), dir: folder.path, addPreviousOutputInEnv: false });
    expect(noted()).toBe("create: /\n");
  });

  it("previous outputs win over environment, and empty ones are not set", async () => {
    const environment = { PULUMI_COMMAND_STDOUT: "mine", PULUMI_COMMAND_STDERR: "mine" };
    await driver().update(
      { stdout: new Secret("out"), stderr: "" },
      { create: note("create"), dir: folder.path, environment },
    );
    expect(noted()).toBe("create: out/mine\n");
  });
});

describe("delete", () => {
  it("`delete` and `dir` come from state", async () => {
    const state = { create: "exit 1", delete: note("delete"), dir: folder.path, stdout: "out", stderr: "" };
    await driver().delete(state);
    expect(noted()).toBe("delete: out/\n");
  });

  it("PULUMI_COMMAND_STDOUT is passed to delete, secret or not", async () => {
    await driver().delete({ delete: note("delete"), dir: folder.path, stdout: new Secret("out") });
    expect(noted()).toBe("delete: out/\n");
  });

  it("a moved checkout makes it fail, naming the folder", async () => {
    const gone = path.join(folder.path, "moved-away");
    await expect(driver().delete({ delete: "true", dir: gone })).rejects.toThrow(
      `chdir ${gone}: no such file or directory: running "true":`,
    );
  });

  it("runs nothing without delete", async () => {
    await expect(driver().delete({ create: "exit 1", update: "exit 1" })).resolves.toBeUndefined();
  });
});

describe("Read echoes the state", () => {
  it("also when the result of the command has vanished", async () => {
    const inputs = { create: "touch made", dir: folder.path };
    const { outputs } = await driver().create(inputs);
    fs.rmSync(path.join(folder.path, "made"));
    expect(await driver().read(outputs, inputs)).toEqual({ id: "id", outputs, inputs });
  });
});

describe("Diff answers plain UPDATE for every changed input, also triggers", () => {
  it.each<[string, PropertyMap, string]>([
    ["create", { create: "b" }, "create"],
    ["delete", { delete: "b" }, "delete"],
    ["stdin", { stdin: "b" }, "stdin"],
    ["dir", { dir: "b" }, "dir"],
    ["logging", { logging: "none" }, "logging"],
    ["interpreter", { interpreter: ["/bin/sh", "-e"] }, "interpreter[1]"],
    ["a hash in environment", { environment: { HASH: "b" } }, "environment.HASH"],
    ["triggers", { triggers: ["b"] }, "triggers[0]"],
  ])("%s", async (_what, change, path) => {
    const olds = {
      create: "a",
      delete: "a",
      stdin: "a",
      dir: "a",
      logging: "stdout",
      interpreter: ["/bin/sh", "-c"],
      environment: { HASH: "a" },
      triggers: ["a"],
    };
    expect(await diff(olds, { ...olds, ...change })).toEqual({ changes: { [path]: { kind: "update" } } });
  });

  it("an input that turned secret, so that state hides it", async () => {
    expect(await diff({ stdin: "a" }, { stdin: new Secret("a") })).toEqual({ changes: { stdin: { kind: "update" } } });
  });

  it("nothing for the engine's own entries", async () => {
    expect(await diff({ create: "a" }, { create: "a", __defaults: [], version: "1.2.1" })).toEqual({ changes: {} });
  });

  it("Script content change is not seen; only inputs are", async () => {
    const inputs = { create: `sh ${path.join(folder.path, "script.sh")}` };
    fs.writeFileSync(path.join(folder.path, "script.sh"), "echo a");
    const { outputs } = await driver().create(inputs);
    fs.writeFileSync(path.join(folder.path, "script.sh"), "echo b");
    expect(outputs.stdout).toBe("a");
    expect(await diff(inputs, inputs)).toEqual({ changes: {} });
  });

  it("a FileAsset in triggers counts by its bytes, whatever its path", async () => {
    const trigger = (file: string, hash: string): PropertyMap => ({
      triggers: [new Asset("asset", { path: file, hash })],
    });
    expect(await diff(trigger("a", "1"), trigger("b", "1"))).toEqual({ changes: {} });
    expect(await diff(trigger("a", "1"), trigger("a", "2"))).toEqual({
      changes: { "triggers[0]": { kind: "update" } },
    });
  });
});
