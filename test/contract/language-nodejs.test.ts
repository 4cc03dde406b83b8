/** The Node.js language host under the real CLI: what a user sees must not tell it from the official one. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { RunningCommand } from "../support/command";
import { eventually } from "../support/eventually";
import { createProject, type Project, type ProjectOptions } from "../support/pulumi";

jest.setTimeout(120_000);

const UP = ["up", "--yes", "--skip-preview"];
const COMPONENT = `import * as pulumi from "@pulumi/pulumi";
class Node extends pulumi.ComponentResource {
  constructor(name: string) { super("trial:index:Node", name); this.registerOutputs({}); }
}
`;

/** A dependency that needs no registry. */
const localDependency = {
  "package.json": JSON.stringify({ name: "trial", dependencies: { local: "file:./packed" } }),
  "packed/package.json": JSON.stringify({ name: "local", version: "1.0.0" }),
};

let project: Project;
afterEach(() => project.destroy());

/** A project whose program is `code`. */
async function given(code: string, options: Partial<ProjectOptions> = {}): Promise<void> {
  project = await createProject({ ...options, files: { "index.ts": code, ...options.files } });
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

describe("a program that works", () => {
  test("goes through preview, up, refresh, stack output and destroy", async () => {
    await given(`${COMPONENT}
      new Node("one");
      export const dryRun: boolean = pulumi.runtime.isDryRun();
      export const where = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization()];`);
    expect((await project.succeed(["preview"])).stdout).toMatch(/trial:index:Node\s+one\s+create/);
    expect((await project.succeed(UP)).stdout).toMatch(/\+ 2 created/);
    const outputs = await project.succeed(["stack", "output", "--json"]);
    expect(JSON.parse(outputs.stdout)).toEqual({ dryRun: false, where: ["trial", "test", "organization"] });
    expect((await project.succeed(["preview", "--json"])).code).toBe(0);
    await project.succeed(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect((await project.succeed(["destroy", "--yes", "--skip-preview"])).stdout).toMatch(/- 2 deleted/);
  });

  test("reads plain and secret config, and a secret stays one", async () => {
    const code = `import { Config } from "@pulumi/pulumi";
      const config = new Config();
      export const port = config.requireNumber("port");
      export const password = config.requireSecret("password");`;
    await given(code, { config: { port: "8811" }, secrets: { password: 'p"w $x' } });
    await project.succeed(UP);
    const shown = await project.succeed(["stack", "output", "--json"]);
    expect(JSON.parse(shown.stdout)).toEqual({ port: 8811, password: "[secret]" });
    const revealed = await project.succeed(["stack", "output", "--json", "--show-secrets"]);
    expect(JSON.parse(revealed.stdout)).toEqual({ port: 8811, password: 'p"w $x' });
  });

  test("shows its console output to the user", async () => {
    await given(`console.log("a line to stdout"); console.error("a line to stderr");`);
    const { stdout } = await project.succeed(["preview"]);
    expect(stdout).toContain("a line to stdout");
    expect(stdout).toContain("a line to stderr");
  });

  test("gets its node arguments split as a shell would", async () => {
    const nodeargs = `--require sucrase/register/ts --title='a b' --max-old-space-size="512"`;
    await given(`export const title = process.title; export const args = process.execArgv;`, {
      runtimeOptions: { typescript: false, nodeargs },
    });
    await project.succeed(UP);
    expect(JSON.parse((await project.succeed(["stack", "output", "--json"])).stdout)).toEqual({
      title: "a b",
      args: ["--require", "sucrase/register/ts", "--title=a b", "--max-old-space-size=512"],
    });
  });

  test("is compiled by the SDK's ts-node without options, where the tsconfig option holds", async () => {
    await given(`const n: number = "text"; export const value = n;`, {
      runtimeOptions: { tsconfig: "tsconfig.deploy.json" },
      files: { "tsconfig.deploy.json": JSON.stringify({ compilerOptions: { noCheck: true } }) },
    });
    await project.succeed(UP);
    expect(JSON.parse((await project.succeed(["stack", "output", "--json"])).stdout)).toEqual({
      value: "text",
    });
    fs.writeFileSync(path.join(project.directory, "tsconfig.deploy.json"), "{}");
    const { code, stdout } = await project.pulumi(UP);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining("Type 'string' is not assignable to type 'number'"),
    });
  });
});

describe("a program that fails", () => {
  test.each([
    [
      "a thrown error, with its stack",
      `throw new Error("broken here");`,
      /unhandled exception[^]*Error: broken here\n\s+at /,
    ],
    [
      "a RunError, without a stack",
      `import { RunError } from "@pulumi/pulumi"; throw new RunError("set port");`,
      /error: set port\n(?!\s+at )/,
    ],
    ["an unhandled rejection", `void Promise.reject(new Error("nobody listens"));`, /Error: nobody listens/],
    [
      "an exit code of its own",
      `process.exit(7);`,
      /an unhandled error occurred: Program exited with non-zero exit code: 7/,
    ],
    [
      "a signal",
      `process.kill(process.pid, "SIGKILL");`,
      /Program exited with non-zero exit code: -1 \(killed by SIGKILL\)/,
    ],
  ])("%s fails the update, and the next one works", async (_, code, message) => {
    await given(code);
    const failed = await project.pulumi(UP);
    expect(failed.output).toMatch(message);
    expect(failed.code).not.toBe(0);
    fs.writeFileSync(path.join(project.directory, "index.ts"), "export const repaired = true;");
    await project.succeed(UP);
  });

  test("a failure that the SDK already reported is not reported twice", async () => {
    await given(`throw new Error("broken here");`);
    expect((await project.pulumi(UP)).output).not.toContain("non-zero exit code");
  });

  test("a missing SDK is named, with the repair", async () => {
    await given("export {};", { packages: false });
    const { code, output } = await project.pulumi(["preview"]);
    expect(output).toContain("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?");
    expect(code).not.toBe(0);
  });

  test("an ill-typed option is named", async () => {
    await given("export {};", { runtimeOptions: { typescript: false, nodeargs: `--title='a` } });
    const { code, output } = await project.pulumi(["preview"]);
    expect(output).toContain(`runtime option "nodeargs" is "--title='a": ' has no pair`);
    expect(code).not.toBe(0);
  });
});

describe("an update that is cut off", () => {
  /** Waits for ever after saying its process id; ignores the interrupt when asked to. */
  const endless = (ignoring: boolean): string => `
    ${ignoring ? `process.on("SIGINT", () => console.log("interrupt ignored"));` : ""}
    console.log("program is " + process.pid + ".");
    setInterval(() => {}, 1000);`;

  /** Starts an update; resolves to it and the processes of program and language host once the program runs. */
  async function interruptible(): Promise<{ up: RunningCommand; processes: number[] }> {
    const up = project.start(UP);
    const [, program] = await up.waitFor(/program is (\d+)\./);
    const host = execFileSync("ps", ["-o", "ppid=", "-p", String(program)], { encoding: "utf8" });
    return { up, processes: [Number(program), Number(host)] };
  }

  /** A killed process is there until the system has collected it. */
  const expectGone = (processes: readonly number[]): Promise<void> =>
    eventually(async () => expect(processes.filter(isAlive)).toEqual([]), 10);

  async function expectRecovery(): Promise<void> {
    fs.writeFileSync(path.join(project.directory, "index.ts"), "export const repaired = true;");
    await project.succeed(UP);
  }

  test.each([
    ["obeys", false],
    ["ignores the interrupt", true],
  ])("Ctrl-C with a program that %s leaves no process and no lock", async (_, ignoring) => {
    await given(endless(ignoring));
    const { up, processes } = await interruptible();
    up.signal("SIGINT");
    const { code, output } = await up.done;
    expect(code).not.toBe(0);
    expect(output).toMatch(/cancel/);
    await expectGone(processes);
    await expectRecovery();
  });

  test("the death of the CLI ends program and language host", async () => {
    await given(endless(true));
    const { up, processes } = await interruptible();
    up.process.kill("SIGKILL");
    await up.done;
    await expectGone(processes);
    await project.succeed(["cancel", "--yes"]);
    await expectRecovery();
  });
});

describe("the rest of the commands", () => {
  test("install runs the package manager and shows what it says", async () => {
    await given("export {};", {
      packages: false,
      files: localDependency,
      env: { npm_config_audit: "false" },
    });
    const { stdout } = await project.succeed(["install"]);
    expect(stdout).toMatch(/Installing dependencies\.\.\.[^]*added 1 package[^]*Finished installing dependencies/);
    expect(fs.existsSync(path.join(project.directory, "node_modules/local/package.json"))).toBe(true);
  });

  test("install fails with the package manager, showing its reason", async () => {
    const manifest = JSON.stringify({ name: "trial", dependencies: { local: "file:./nowhere/local.tgz" } });
    await given("export {};", { packages: false, files: { "package.json": manifest } });
    const { code, output } = await project.pulumi(["install"]);
    expect(output).toMatch(/ENOENT[^]*npm install --loglevel=error failed/);
    expect(code).not.toBe(0);
  });

  test("install refuses an unknown package manager by name", async () => {
    await given("export {};", { runtimeOptions: { packagemanager: "pip" } });
    const { code, output } = await project.pulumi(["install"]);
    expect(output).toContain(`runtime option "packagemanager" is "pip", expected auto, yarn, pnpm, bun, npm`);
    expect(code).not.toBe(0);
  });

  test("about names Node.js, the package manager, plugins and direct dependencies", async () => {
    await given("export {};", {
      files: {
        "package.json": JSON.stringify({ name: "trial", dependencies: { "@pulumi/docker": "*", yaml: "*" } }),
      },
    });
    const about = JSON.parse((await project.succeed(["about", "--json"])).stdout);
    expect(about.runtime).toMatchObject({
      version: process.version,
      packagemanager: "npm",
      typescriptVersion: expect.stringMatching(/^5\./),
    });
    expect(about.dependencies.map(({ name }: { name: string }) => name)).toEqual(["@pulumi/docker", "yaml"]);
    expect(about.plugins).toContainEqual({ kind: "resource", name: "docker", version: "5.2.0" });
  });
});
