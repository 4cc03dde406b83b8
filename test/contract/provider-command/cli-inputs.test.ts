/** The command plugin under the real CLI: what users see, what state keeps, what Ctrl-C ends. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createProject, type Project } from "../../support/pulumi";
import { UP } from "./project";

jest.setTimeout(120_000);

let project: Project;
afterEach(() => project.destroy());

async function given(program: string, secrets: Record<string, string> = {}): Promise<void> {
  const code = `import * as pulumi from "@pulumi/pulumi"; import { local } from "@pulumi/command"; ${program}`;
  project = await createProject({ files: { "index.ts": code }, secrets });
}

/** Everything that the backend wrote, history and backups included. */
function backendFiles(): string {
  const backend = path.join(project.directory, ".state");
  return fs
    .readdirSync(backend, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(backend, name))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => fs.readFileSync(file, "utf8"))
    .join("\n");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("secrets and local.runOutput", () => {
  const create = `'cat; echo "/$KEY"'`;

  test("secrets in stdin and environment stay out of the state in plain text, and so does what was printed", async () => {
    await given(
      `const password = new pulumi.Config().requireSecret("password");
       const args = { create: ${create}, stdin: password, environment: { KEY: password }, logging: "none" as const };
       export const printed = new local.Command("step", args).stdout;
       export const ran = local.runOutput({ command: "echo ran >> log; cat", stdin: password }).stdout;
       export const visible = local.runOutput({ command: "echo visible" }).stdout;`,
      { password: "hunter2-in-plain" },
    );
    await project.succeed(["up", "--yes"]);
    const { stdout } = await project.succeed(["stack", "output", "--json", "--show-secrets"]);
    expect(JSON.parse(stdout)).toEqual({
      printed: "hunter2-in-plain/hunter2-in-plain",
      ran: "hunter2-in-plain",
      visible: "visible",
    });
    expect(backendFiles()).toMatch(/"stdin":/);
    expect(backendFiles()).not.toContain("hunter2-in-plain");
    // local.runOutput runs each preview too.
    expect(fs.readFileSync(path.join(project.directory, "log"), "utf8")).toBe("ran\nran\n");
  });
});

test("unknown and ill-typed inputs are named at preview; remote types are refused, with what to install", async () => {
  await given(
    `const inputs = { creates: "true", dir: 7, environment: { A: true } };
     class Loose extends pulumi.CustomResource {
       constructor(type: string) { super(type, "loose", inputs); }
     }
     new Loose(new pulumi.Config().require("type"));`,
  );
  const local = await project.pulumi(["preview", "-c", "type=command:local:Command"]);
  expect(local.code).not.toBe(0);
  expect(local.output).toContain('unknown property "creates"; known are addPreviousOutputInEnv, archivePaths');
  expect(local.output).toMatch(/dir[^]*expected a string, got the number 7/);
  expect(local.output).toMatch(/environment\["A"\][^]*expected a string, got the boolean true/);
  const remote = await project.pulumi(["preview", "-c", "type=command:remote:Command"]);
  expect(remote.output).toMatch(
    /command plugin 1\.2\.1 has no resource type\s+"command:remote:Command"[^]*install\s+the\s+official\s+plugin/,
  );
});

test("Ctrl-C ends the running command's whole process group, and the next up works", async () => {
  await given(
    `const create = "sleep 300 & echo pids $$ $! | tee running; wait";
     new local.Command("step", { create });`,
  );
  const up = project.start(UP);
  const [, shell, child] = await up.waitFor(/pids (\d+) (\d+)/);
  const pids = [Number(shell), Number(child)];
  expect(pids.map(isAlive)).toEqual([true, true]);
  up.signal("SIGINT");
  expect((await up.done).code).not.toBe(0);
  for (let waited = 0; pids.some(isAlive) && waited < 10_000; waited += 50) await sleep(50);
  expect(pids.filter(isAlive)).toEqual([]);
  fs.writeFileSync(
    path.join(project.directory, "index.ts"),
    `import { local } from "@pulumi/command"; new local.Command("step", { create: "true" });`,
  );
  await project.succeed(UP);
});
