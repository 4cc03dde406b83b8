/** The function `local.run`: a command that runs in every preview and update. */
import fs from "node:fs";
import path from "node:path";
import { Asset, Secret, UNKNOWN, type PropertyMap } from "../../../toolchain/plugin/properties";
import { commandPlugin } from "../../../toolchain/provider-command/plugin";
import { driver, temporaryFolder } from "./driver";

const folder = temporaryFolder();

describe("local.run", () => {
  it("answers its arguments and what the command left", async () => {
    const args = { command: 'cat; echo "$A" >&2; touch made', stdin: "in", environment: { A: "1" }, dir: folder.path };
    const { outputs } = await driver().run({ ...args, assetPaths: ["*"], archivePaths: ["m*"] });
    expect(outputs).toEqual({
      ...args,
      assetPaths: ["*"],
      archivePaths: ["m*"],
      stdout: "in",
      stderr: "1",
      assets: { made: expect.any(Asset) as Asset },
      archive: expect.any(Asset) as Asset,
    });
  });

  it("hides its outputs if an argument is secret", async () => {
    const { outputs } = await driver().run({ command: "cat", stdin: new Secret("p") });
    expect(outputs).toEqual({
      command: "cat",
      stdin: new Secret("p"),
      stdout: new Secret("p"),
      stderr: new Secret(""),
    });
  });

  it("does not run with unknown arguments", async () => {
    const args = { command: "touch ran", dir: folder.path, environment: { A: UNKNOWN } };
    expect((await driver().run(args)).outputs).toEqual({ ...args, stdout: UNKNOWN, stderr: UNKNOWN });
    expect(fs.existsSync(path.join(folder.path, "ran"))).toBe(false);
  });

  it("fails with the command", async () => {
    await expect(driver().run({ command: "echo why; exit 2" })).rejects.toThrow(
      'exit status 2: running "echo why; exit 2":\nwhy\n',
    );
  });

  it.each<[string, PropertyMap, object[]]>([
    ["missing", {}, [{ property: "command", reason: "missing; set the command to run" }]],
    ["ill-typed", { command: 1 }, [{ property: "command", reason: "expected a string, got the number 1" }]],
    [
      "unknown",
      { command: "true", create: "true" },
      [
        {
          property: "create",
          reason:
            'unknown property "create"; known are addPreviousOutputInEnv, archivePaths, assetPaths, command, dir, ' +
            "environment, interpreter, logging, stdin",
        },
      ],
    ],
  ])("names an argument that is %s", async (_what, args, failures) => {
    expect(await driver().run(args)).toEqual({ failures });
  });
});

describe("avoid remote.Command", () => {
  it("remote types and functions are not offered: only the local ones", () => {
    expect(Object.keys(commandPlugin.handlers)).toEqual(["command:local:Command"]);
    expect(Object.keys(commandPlugin.functions ?? {})).toEqual(["command:local:run"]);
  });
});
