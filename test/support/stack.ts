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
import { SERVICES } from "../../config";
import { labelFilter, stackLabels } from "../../engines/container-args";
import { connect } from "../../engines/images/engine";
import { startCommand, type CommandResult, type RunningCommand } from "./command";
import { freePort } from "./free-port";

const ROOT = path.resolve(__dirname, "../..");
export const PROJECT = "mcp-gateway-stack";

/** Whether a service is a catalog server's: one of the stack (mcp-NAME), or one that the gateway started (mcp-server). */
export const isCatalogServer = (service: string): boolean =>
  service.startsWith("mcp-") && !SERVICES.some((name) => name === service);

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
  /** Put before every command, such as what enters another network. */
  readonly wrapper?: readonly string[];
  /** Start of the stack's name. */
  readonly prefix?: string;
  /** Checkout whose commands run; default: this one. */
  readonly root?: string;
  /** Where the directory with data and state is made; default: that of temporary files. */
  readonly parent?: string;
}

interface Place {
  readonly directory: string;
  readonly dataDir: string;
  readonly stateDir: string;
  /** The stack's config file, in the checkout. */
  readonly file: string;
}

function makePlace(name: string, { root = ROOT, parent = os.tmpdir() }: StackOptions): Place {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(parent), `mcp-stack-${name}-`));
  const stateDir = path.join(directory, "state");
  fs.mkdirSync(stateDir);
  return { directory, dataDir: path.join(directory, "data"), stateDir, file: path.join(root, `Pulumi.${name}.yaml`) };
}

type Commands = Pick<TestStack, "start" | "run" | "succeed" | "pulumi">;

/** Commands of the checkout; for `succeed`, a failing one is an error with its whole output. */
function commandsOf(
  name: string,
  { stateDir }: Place,
  { env = {}, wrapper = [], root = ROOT }: StackOptions,
): Commands {
  const own = {
    PULUMI_BACKEND_URL: `file://${stateDir}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_STACK: name,
    MCP_BACKUP_KEY_FILE: path.join(stateDir, "../backup.key"),
    NO_COLOR: "1",
  };
  const start: TestStack["start"] = (command, ...args) => {
    const [program = "", ...rest] = [...wrapper, process.execPath, "commands/entry.js", command, ...args];
    return startCommand(program, rest, root, { ...process.env, ...own, ...env });
  };
  const run: TestStack["run"] = (command, ...args) => start(command, ...args).done;
  const succeed: TestStack["succeed"] = async (command, ...args) => {
    const result = await run(command, ...args);
    if (result.code === 0) return result;
    throw new Error(`${command} ${args.join(" ")} ended with ${result.code}:\n${result.output}`);
  };
  return { start, run, succeed, pulumi: (...args) => run("pulumi", ...args, "--non-interactive") };
}

/** Makes a stack with this config; nothing is started. The caller calls `remove()` in the end. */
export async function createStack(
  config: Readonly<Record<string, unknown>> = {},
  options: StackOptions = {},
): Promise<TestStack> {
  const name = `${options.prefix ?? "e2e"}-${randomBytes(3).toString("hex")}`;
  const place = makePlace(name, options);
  const port = await freePort();
  const { dataDir, stateDir, directory, file } = place;
  const secretsFile = path.join(directory, "env");
  const base = { httpPort: port, bindAddress: "127.0.0.1", dataDir, imageSource: "build", secretsFile, ...config };
  const configure: TestStack["configure"] = (changes) => writeConfig(file, { ...base, ...changes });
  configure({});
  const docker = connect(options.host);
  const containers: TestStack["containers"] = (service) => listContainers(docker, name, service);
  const commands = commandsOf(name, place, options);
  const remove = async (): Promise<void> => {
    if ((await containers()).length > 0 || fs.readdirSync(stateDir).length > 0) {
      await commands.run("pulumi", "cancel", "--yes");
      await commands.succeed("down");
    }
    fs.rmSync(directory, { recursive: true, force: true });
    fs.rmSync(file, { force: true });
  };
  const url: TestStack["url"] = (route) => `http://127.0.0.1:${port}${route}`;
  return { name, port, dataDir, stateDir, docker, ...commands, configure, url, containers, remove };
}

/** Content of each file that Pulumi keeps of a stack. */
export function stateFiles({ stateDir }: Pick<TestStack, "stateDir">): string[] {
  const entries = fs.readdirSync(stateDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
}

/** Ids of a stack's containers, by service. */
export const idsByService = async (stack: Pick<TestStack, "containers">): Promise<Record<string, string>> =>
  Object.fromEntries((await stack.containers()).map(({ Labels, Id }) => [Labels["mcp-stack.service"] ?? "", Id]));

function writeConfig(file: string, values: Readonly<Record<string, unknown>>): void {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  const text = (value: unknown): unknown => (typeof value === "object" ? value : String(value));
  const config = Object.fromEntries(kept.map(([key, value]) => [`${PROJECT}:${key}`, text(value)]));
  // Pulumi keeps the salt of the stack's passphrase here, without which the stack would be lost, and what it encrypts.
  const old = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const salt = /^encryptionsalt:.*\n/m.exec(old)?.[0] ?? "";
  const [sealed = ""] = new RegExp(`^  ${PROJECT}:secrets:\n(?:    .*\n)+`, "m").exec(old) ?? [];
  fs.writeFileSync(file, `${salt}${stringify({ config })}${sealed}`);
}

function listContainers(docker: Docker, stack: string, service?: string): Promise<Docker.ContainerInfo[]> {
  const labels = {
    ...stackLabels({ project: PROJECT, stack }),
    ...(service === undefined ? {} : { "mcp-stack.service": service }),
  };
  const label = labelFilter(labels);
  return docker.listContainers({ all: true, filters: { label } });
}
