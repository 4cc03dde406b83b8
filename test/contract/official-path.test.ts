/** The real CLI, laid out as Pulumi's installer does it, finds language host and plugins where the official ones lie. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "../support/free-port";
import { officialMachine, pluginFiles, type OfficialMachine } from "../support/official-machine";
import { toolchain } from "../support/pulumi";

jest.setTimeout(180_000);

let machine: OfficialMachine;
beforeAll(async () => {
  const { pulumi, env } = await toolchain();
  const from = path.dirname(fs.realpathSync(pulumi));
  const sources = pluginFiles(env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"));
  machine = officialMachine((bin, home) => {
    for (const name of ["pulumi", "pulumi-language-nodejs"])
      fs.copyFileSync(path.join(from, name), path.join(bin, name));
    for (const [index, target] of pluginFiles(path.join(home, ".pulumi")).entries()) {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.cpSync(path.dirname(sources[index] ?? ""), path.dirname(target), { recursive: true });
    }
  });
  machine.configure({ httpPort: String(await freePort()), imageSource: "build" });
});
afterAll(() => machine?.remove());

it("plans the whole stack with them, and sets nothing up beside them", async () => {
  const { stdout, stderr } = await machine.run("pulumi", "preview", "--non-interactive");
  expect(stderr).toContain(`${machine.bin}/pulumi on PATH; official plugins\n`);
  expect(stdout).toMatch(/docker:index:Container +traefik +create/);
  expect(stdout).toMatch(/Resources:\s+\+ \d+ to create/);
  expect(machine.toolchainCache()).toEqual(["resolved.json"]);
});
