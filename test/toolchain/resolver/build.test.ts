/** The build from the Go module proxy, with a `go` that only pretends. The real one: test/contract/resolver.test.ts. */
import fs from "node:fs";
import path from "node:path";
import { buildCli, cachedBuild } from "../../../toolchain/resolver/cli-build";
import { resolve } from "../../../toolchain/resolver/resolve";
import { installGo, makeMachine, type Machine } from "./machine";

const INSTALL = "https://www.pulumi.com/docs/iac/download-install/";
let machine: Machine;
beforeEach(() => (machine = makeMachine()));
afterEach(() => machine.remove());

const kept = (): string[] =>
  fs.existsSync(machine.settings.cacheDir) ? fs.readdirSync(machine.settings.cacheDir) : [];

describe("without Go", () => {
  it("an error names what was tried and what to install", async () => {
    await expect(resolve(machine.settings)).rejects.toThrow(
      "there is no usable pulumi on PATH, http://127.0.0.1:65535 gave none, and without Go none can be built. " +
        `Install one of:\n  Pulumi's CLI: ${INSTALL}\n  Go 1.25.11 or newer: https://go.dev/dl/`,
    );
    expect(kept()).toEqual([]);
  });
});

describe("buildCli", () => {
  it("stamps the version, and keeps out the user's settings that would change what is built", async () => {
    installGo(machine);
    const env = {
      ...machine.settings.env,
      GOOS: "plan9",
      GOARCH: "mips",
      GOFLAGS: "-tags=x",
      GOWORK: "/w",
      GOPROXY: "p",
    };
    const cli = await buildCli({ ...machine.settings, env });
    expect(cli).toMatchObject({ version: "3.259.0", source: "build" });
    expect(machine.calls()).toEqual([
      expect.stringMatching(
        /^go build -trimpath -ldflags -s -w -X github\.com\/pulumi\/pulumi\/sdk\/v3\/go\/common\/version\.Version=v3\.259\.0 -o .*\.making-.*\/pulumi github\.com\/pulumi\/pulumi\/pkg\/v3\/cmd\/pulumi$/,
      ),
      "pulumi version",
    ]);
    const seen = fs.readFileSync(path.join(machine.directory, "go-environment"), "utf8").split("\n");
    expect(seen.filter((line) => /^(GO|CGO)/.test(line)).sort()).toEqual([
      "CGO_ENABLED=0",
      "GOFLAGS=-mod=readonly",
      "GOPROXY=p",
      "GOWORK=off",
    ]);
    expect(seen).toContain(`PWD=${machine.settings.toolchainDir}/pulumi-cli`);
  });

  it("keeps nothing of a build that fails, and shows Go's last lines", async () => {
    machine.install("go", "echo 'go: downloading x' >&2; echo 'no required module' >&2; exit 1");
    await expect(buildCli(machine.settings)).rejects.toThrow(
      `${machine.directory}/bin/go could not build the Pulumi CLI:\ngo: downloading x\nno required module\n` +
        `It needs Go 1.25.11 or newer and the Go module proxy. Or install Pulumi's CLI: ${INSTALL}`,
    );
    expect(kept()).toEqual([]);
    expect(cachedBuild(machine.settings)).toBeUndefined();
  });

  it("keeps nothing of a build that tells another version", async () => {
    installGo(machine, "");
    await expect(buildCli(machine.settings)).rejects.toThrow(
      `the CLI that ${machine.directory}/bin/go built says version "", expected 3.259.0`,
    );
    expect(kept()).toEqual([]);
  });

  it("builds again when the pinned modules change, and finds each build by them", async () => {
    installGo(machine);
    const first = await buildCli(machine.settings);
    expect(cachedBuild(machine.settings)).toEqual(first);
    fs.appendFileSync(path.join(machine.settings.toolchainDir, "pulumi-cli/go.sum"), "x v1.0.0 h1:=\n");
    expect(cachedBuild(machine.settings)).toBeUndefined();
    expect((await buildCli(machine.settings)).pulumi).not.toBe(first.pulumi);
  });
});
