/**
 * Throw-away Pulumi projects for tests that need the real CLI: a directory of its own with its own backend,
 * passphrase and PULUMI_HOME, so that nothing touches a stack or a login of the person who runs the tests.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { startCommand, type CommandResult, type RunningCommand } from "./command";

const REPOSITORY = path.resolve(__dirname, "../..");

/** What the toolchain's resolver prints: the CLI to use and what its environment needs. */
export interface Toolchain {
  pulumi: string;
  cliSource: "path" | "download" | "build";
  pluginSource: "official" | "stand-in";
  env: Record<string, string>;
  /** Directories to prepend to PATH. */
  path: string[];
}

/** Contents of a new project. */
export interface ProjectOptions {
  /** Files by relative path; `index.ts` is the program. */
  files: Record<string, string>;
  /** Plain config of the stack; a key without namespace gets the project's. */
  config?: Record<string, string>;
  /** Secret config of the stack, set through the CLI. */
  secrets?: Record<string, string>;
  /** Default: "test". */
  stack?: string;
  /** Project name; default "trial". */
  name?: string;
  /** `runtime.options` of Pulumi.yaml; default: the ones of this repository's own Pulumi.yaml. */
  runtimeOptions?: Record<string, unknown>;
  /** Packages the program can import: this repository's (default), or none. */
  packages?: boolean;
  /** Added to the environment of every command. */
  env?: Record<string, string>;
}

/** A project with a selected stack. */
export interface Project {
  directory: string;
  /** Runs `pulumi ARGS --non-interactive` to its end; never throws for a non-zero exit. */
  pulumi(args: string[], env?: Record<string, string>): Promise<CommandResult>;
  /** The same, to be watched or interrupted. */
  start(args: string[], env?: Record<string, string>): RunningCommand;
  /** As `pulumi`, but throws with the whole output unless the exit code is 0. */
  succeed(args: string[], env?: Record<string, string>): Promise<CommandResult>;
  /** Destroys what the stack still has and removes the directory, which is kept (and named) if that fails. */
  destroy(): Promise<void>;
}

let resolved: Promise<Toolchain> | undefined;

/** The CLI as `npm run up` would find it; asked once per test file. */
export function toolchain(): Promise<Toolchain> {
  resolved ??= promisify(execFile)(
    process.execPath,
    ["--require", "sucrase/register/ts", path.join(REPOSITORY, "toolchain/resolver/main.ts")],
    { cwd: REPOSITORY, maxBuffer: 64 * 1024 * 1024 },
  ).then(({ stdout }) => JSON.parse(stdout) as Toolchain);
  return resolved;
}

/** Makes a project in a temporary directory and its stack. The caller calls `destroy()` in the end. */
export async function createProject(options: ProjectOptions): Promise<Project> {
  const { pulumi, env, path: searchPath } = await toolchain();
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mcp-stack-test-"));
  const stack = options.stack ?? "test";
  writeProject(directory, stack, options);
  const environment = {
    ...process.env,
    ...env,
    PATH: [...searchPath, process.env.PATH].join(path.delimiter),
    PULUMI_HOME: ownHome(directory, env.PULUMI_HOME),
    PULUMI_BACKEND_URL: `file://${path.join(directory, ".state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...options.env,
  };
  const start: Project["start"] = (args, extra) =>
    startCommand(pulumi, [...args, "--non-interactive"], directory, { ...environment, ...extra });
  const run: Project["pulumi"] = (args, extra) => start(args, extra).done;
  const succeed: Project["succeed"] = async (args, extra) => {
    const result = await run(args, extra);
    if (result.code === 0) return result;
    throw new Error(`pulumi ${args.join(" ")} ended with ${result.code}:\n${result.output}`);
  };
  await succeed(["stack", "init", stack]);
  for (const [key, value] of Object.entries(options.secrets ?? {})) {
    await succeed(["config", "set", "--secret", key, value]);
  }
  return { directory, pulumi: run, start, succeed, destroy: () => destroyProject(directory, run) };
}

function writeProject(directory: string, stack: string, options: ProjectOptions): void {
  const name = options.name ?? "trial";
  const runtime = options.runtimeOptions ?? { typescript: false, nodeargs: "--require sucrase/register/ts" };
  const config = Object.entries(options.config ?? {}).map(([key, value]) => [
    key.includes(":") ? key : `${name}:${key}`,
    value,
  ]);
  const files: Record<string, string> = {
    "Pulumi.yaml": stringify({ name, runtime: { name: "nodejs", options: runtime } }),
    [`Pulumi.${stack}.yaml`]: stringify({ config: Object.fromEntries(config) }),
    "package.json": JSON.stringify({ name, main: "index.ts" }),
    ...options.files,
  };
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), content);
  }
  fs.mkdirSync(path.join(directory, ".state"));
  if (options.packages === false) return;
  fs.symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(directory, "node_modules"));
}

/** A PULUMI_HOME that shares the installed plugins of the real one and nothing else (no login, no selected stack). */
function ownHome(directory: string, shared = path.join(os.homedir(), ".pulumi")): string {
  const home = path.join(directory, ".home");
  fs.mkdirSync(home);
  fs.mkdirSync(path.join(shared, "plugins"), { recursive: true });
  fs.symlinkSync(path.join(shared, "plugins"), path.join(home, "plugins"));
  return home;
}

async function destroyProject(directory: string, run: Project["pulumi"]): Promise<void> {
  if (hasResources(path.join(directory, ".state"))) {
    await run(["cancel", "--yes"]);
    const { code, output } = await run(["destroy", "--yes", "--skip-preview"]);
    if (code !== 0) throw new Error(`could not destroy the stack in ${directory}, do it by hand:\n${output}`);
  }
  fs.rmSync(directory, { recursive: true, force: true });
}

/** Whether a stack's state holds anything outside Pulumi itself; destroying an empty one would cost a second. */
function hasResources(backend: string): boolean {
  const stacks = path.join(backend, ".pulumi/stacks");
  if (!fs.existsSync(stacks)) return false;
  return fs
    .readdirSync(stacks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .some((file) => /"custom":\s*true/.test(fs.readFileSync(path.join(stacks, file), "utf8")));
}
