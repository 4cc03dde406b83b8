/** On a machine with Pulumi and its plugins, Pulumi runs as the user would run it: nothing of ours is in its way. */
import fs from "node:fs";
import path from "node:path";
import { machineDouble, type Call, type MachineDouble } from "../support/machine-double";

jest.setTimeout(60_000);

let machine: MachineDouble;
beforeEach(async () => {
  machine = await machineDouble();
});
afterEach(() => machine.end());

/** What the CLI finds in its environment beside what the user's own shell has. */
function added({ env }: Call): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => (machine.env as Record<string, string>)[name] !== value),
  );
}

/** The user's own home of Pulumi, and what belongs to the checkout: backend and stack. */
const expected = (): Record<string, string> => ({
  PULUMI_HOME: path.join(machine.home, ".pulumi"),
  PULUMI_SKIP_UPDATE_CHECK: "1",
  PULUMI_BACKEND_URL: `file://${machine.checkout}/.state`,
  PULUMI_CONFIG_PASSPHRASE_FILE: `${machine.checkout}/.state/passphrase`,
  PULUMI_PARALLEL: "32",
  PULUMI_STACK: "dev",
});

it("npm run up uses that CLI with those plugins: no other PATH, no other home, no stand-in", async () => {
  const { stderr } = await machine.run("up");
  expect(stderr).toContain(`pulumi 3.259.0: ${machine.bin}/pulumi on PATH; official plugins\n`);
  const [version, ...others] = machine.calls();
  expect(version?.args).toEqual(["version"]);
  const events = ["--event-log", expect.stringContaining("events.json") as string];
  expect(others.at(-1)?.args).toEqual(["up", "--yes", "--skip-preview", "--non-interactive", ...events]);
  expect(others.slice(0, -1).map(added)).toEqual(others.slice(0, -1).map(expected));
  // The CLI has --event-log only with its debug commands on.
  expect(others.slice(-1).map(added)).toEqual([{ ...expected(), PULUMI_DEBUG_COMMANDS: "true" }]);
  expect(machine.toolchainCache()).toEqual(["resolved.json"]);
});

it("npm run env gives a shell the same and no PATH", async () => {
  const { stdout } = await machine.run("env");
  const exports = Object.entries(expected()).map(([name, value]) => `export ${name}='${value}'`);
  expect(stdout.trimEnd().split("\n").sort()).toEqual(exports.sort());
});

it("a login of the user's stays where it is and decides about the backend", async () => {
  fs.writeFileSync(path.join(machine.home, ".pulumi/credentials.json"), '{ "current": "https://api.pulumi.com" }');
  await machine.run("pulumi", "preview");
  const { PULUMI_BACKEND_URL: _url, PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...others } = expected();
  const [, ...own] = machine.calls();
  expect(own.at(-1)?.args).toEqual(["preview"]);
  expect(own.map(added)).toEqual(
    own.map(() => ({ ...others, PULUMI_CREDENTIALS_PATH: path.join(machine.home, ".pulumi") })),
  );
});
