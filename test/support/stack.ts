/**
 * A stack of this checkout for tests: its own name, ports, data directory and Pulumi backend, so that it runs beside
 * whatever else is up on the machine.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { stringify } from "yaml";
import { stackLabels } from "../../engines/container-args";
import { connect } from "../../engines/images/engine";
import { startCommand, type CommandResult, type RunningCommand } from "./command";
import { freePort } from "./free-port";

const ROOT = path.resolve(__dirname, "../..");
export const PROJECT = "mcp-gateway-stack";

export interface TestStack {
  readonly name: string;
  readonly port: number;
  readonly dataDir: string;
  /** Directory of the Pulumi backend. */
  readonly stateDir: string;
  readonly docker: Docker;
  /** Runs `npm run COMMAND -- ARGS` for this stack, to its end. */
  run(command: string, ...args: string[]): Promise<CommandResult>;
  /** Runs pulumi for this stack. */
  pulumi(...args: string[]): Promise<CommandResult>;
  /** The same two, to be watched or interrupted. */
  start(command: string, ...args: string[]): RunningCommand;
  /** Throws with the whole output unless the exit code is 0. */
  succeed(command: string, ...args: string[]): Promise<CommandResult>;
  /** Writes the stack's config file anew, with `changes` beside what it was made with. */
  configure(changes: Readonly<Record<string, unknown>>): void;
  /** URL of a path at the ingress. */
  url(path: string): string;
  /** Containers of this stack, also stopped ones; of one service if it is named. */
  containers(service?: string): Promise<Docker.ContainerInfo[]>;
  /** Destroys what is left, and removes every trace of the stack. */
  remove(): Promise<void>;
}

export interface StackOptions {
  /** Environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Address of the engine; default: this machine's. */
  readonly host?: string;
  /** Start of the stack's name. */
  readonly prefix?: string;
}

/** Makes a stack with this config; nothing is started. The caller calls `remove()` in the end. */
export async function createStack(
  config: Readonly<Record<string, unknown>> = {},
  { env = {}, host, prefix = "e2e" }: StackOptions = {},
): Promise<TestStack> {
  const name = `${prefix}-${randomBytes(3).toString("hex")}`;
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `mcp-stack-${name}-`));
  const [dataDir, stateDir] = [path.join(directory, "data"), path.join(directory, "state")];
  fs.mkdirSync(stateDir);
  const port = await freePort();
  const base = {
    httpPort: port,
    bindAddress: "127.0.0.1",
    dataDir,
    imageSource: "build",
    secretsFile: path.join(directory, "env"),
    ...config,
  };
  const file = path.join(ROOT, `Pulumi.${name}.yaml`);
  const configure: TestStack["configure"] = (changes) => writeConfig(file, { ...base, ...changes });
  configure({});
  const environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${stateDir}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_STACK: name,
    NO_COLOR: "1",
    ...env,
  };
  const start: TestStack["start"] = (command, ...args) =>
    startCommand(process.execPath, ["commands/entry.js", command, ...args], ROOT, environment);
  const run: TestStack["run"] = (command, ...args) => start(command, ...args).done;
  const succeed: TestStack["succeed"] = async (command, ...args) => {
    const result = await run(command, ...args);
    if (result.code === 0) return result;
    throw new Error(`${command} ${args.join(" ")} ended with ${result.code}:\n${result.output}`);
  };
  const docker = connect(host);
  const containers: TestStack["containers"] = (service) => listContainers(docker, name, service);
  const remove = async (): Promise<void> => {
    if ((await containers()).length > 0 || fs.readdirSync(stateDir).length > 0) {
      await run("pulumi", "cancel", "--yes");
      await succeed("down");
    }
    fs.rmSync(directory, { recursive: true, force: true });
    fs.rmSync(file, { force: true });
  };
  return {
    ...{ name, port, dataDir, stateDir, docker, start, run, succeed, configure, containers, remove },
    pulumi: (...args) => run("pulumi", ...args, "--non-interactive"),
    url: (route) => `http://127.0.0.1:${port}${route}`,
  };
}

function writeConfig(file: string, values: Readonly<Record<string, unknown>>): void {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  const text = (value: unknown): unknown => (typeof value === "object" ? value : String(value));
  const config = Object.fromEntries(kept.map(([key, value]) => [`${PROJECT}:${key}`, text(value)]));
  // Pulumi keeps the salt of the stack's passphrase here; without it the stack would be lost.
  const salt = fs.existsSync(file) ? /^encryptionsalt:.*$/m.exec(fs.readFileSync(file, "utf8"))?.[0] : undefined;
  fs.writeFileSync(file, `${salt === undefined ? "" : `${salt}\n`}${stringify({ config })}`);
}

function listContainers(docker: Docker, stack: string, service?: string): Promise<Docker.ContainerInfo[]> {
  const labels = {
    ...stackLabels({ project: PROJECT, stack }),
    ...(service === undefined ? {} : { "mcp-stack.service": service }),
  };
  const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return docker.listContainers({ all: true, filters: { label } });
}
