/** The resolver as a program, in a checkout where only the root's packages are installed. */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { copyCheckout } from "./checkout";
import { installOfficialPlugins, makeMachine, pulumiScript, type Machine } from "./machine";

let machine: Machine;
let checkout: string;
beforeEach(() => {
  machine = makeMachine();
  checkout = path.join(machine.directory, "checkout");
  fs.mkdirSync(checkout);
  copyCheckout(checkout);
});
afterEach(() => machine.remove());

function main(): SpawnSyncReturns<string> {
  const env = { ...machine.settings.env, MCP_STACK_PULUMI_MIRROR: machine.settings.releases };
  const args = ["--require", "sucrase/register/ts", "toolchain/resolver/main.ts"];
  return spawnSync(process.execPath, args, { cwd: checkout, env, encoding: "utf8" });
}

describe("toolchain/resolver/main.ts", () => {
  it("prints one JSON object on standard output, and what it says on standard error", () => {
    const pulumi = machine.install("pulumi", pulumiScript("v3.259.0"));
    machine.install("pulumi-language-nodejs", "");
    installOfficialPlugins(machine);
    const { status, stdout, stderr } = main();
    expect({ status, stderr }).toEqual({ status: 0, stderr: `pulumi 3.259.0: ${pulumi} on PATH; official plugins\n` });
    expect(JSON.parse(stdout)).toEqual({
      pulumi,
      version: "3.259.0",
      cliSource: "path",
      pluginSource: "official",
      env: { PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_HOME: machine.settings.userPulumiHome },
      path: [],
    });
    expect(fs.readdirSync(path.join(checkout, ".cache/toolchain"))).toEqual(["resolved.json"]);
  });

  it("ends with 1 and a message if nothing can be had", () => {
    const { status, stdout, stderr } = main();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^pulumi: no download: [^\n]*\ntoolchain: there is no usable pulumi on PATH, [^]*go\.dev\/dl\/\n$/,
    );
  });
});
