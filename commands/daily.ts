/** The commands of every day, as commander takes them; main.ts loads each when it is asked for. */
import { Option, type Command } from "commander";

/** Loads a module of commands/. */
type Load = <T>(name: string) => T;
type StackOption = readonly [flags: string, description: string, fallback: string];

function addStatus(root: Command, load: Load, stack: StackOption): void {
  root
    .command("mcp-status")
    .description("state, health and use of every service, and what differs from the stack; exit code 0: all is well")
    .option(...stack)
    .option("--watch", "look again two seconds after each look, until Ctrl-C")
    .option("--json", "as JSON")
    .action((options) => load<typeof import("./mcp-status")>("mcp-status").mcpStatus(options));
}

function addLogs(root: Command, load: Load, stack: StackOption): void {
  root
    .command("mcp-logs")
    .description("what services say, in the order of time; without names all of them")
    .argument("[services...]", "such as mcp-gateway, to which the servers that it started belong")
    .option(...stack)
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--since <when>", "only what was said since: 30s, 10m, 2h, 1d ago, or a date")
    .option("--tail <lines>", "last lines of each, or all", "200")
    .option("--json", "one JSON object a line")
    .action((services: string[], options) => load<typeof import("./mcp-logs")>("mcp-logs").mcpLogs(services, options));
}

function addRestart(root: Command, load: Load, stack: StackOption): void {
  root
    .command("mcp-restart")
    .description("restart one service and wait until it is healthy")
    .argument("<service>", "such as mcp-router; npm run mcp-status lists them")
    .option(...stack)
    .option("--timeout <seconds>", "longest wait", "120")
    .option("--json", "what came of it, as JSON")
    .action((service: string, options) =>
      load<typeof import("./mcp-restart")>("mcp-restart").mcpRestart(service, options),
    );
}

function addTopology(root: Command, load: Load, stack: StackOption): void {
  const formats = ["text", "mermaid", "svg", "json"];
  root
    .command("mcp-topology")
    .description(
      "the graph of the stack, from its config: services, networks, routes, volumes, models; needs no engine",
    )
    .option(...stack)
    .addOption(new Option("--format <format>", "how to show it").choices(formats).default("text"))
    .option("--json", "the same as --format json")
    .option("-o, --output <file>", "write it there")
    .action((options) => load<typeof import("./mcp-topology")>("mcp-topology").mcpTopology(options));
}

function addSync(root: Command, load: Load, stack: StackOption): void {
  const clients = ["claude-desktop", "cursor", "codex", "gemini-cli", "zed"];
  root
    .command("sync-ai")
    .description("write .mcp.json and .vscode/mcp.json; with --client the servers for a client in your home")
    .option(...stack)
    .option("--check", "change nothing; fail when a file is out of date")
    .addOption(new Option("--client <name>", "print what this client needs").choices(clients))
    .option("--write", "merge it into the client's file, and keep a backup")
    .option("--replace", "also where the file has a server of that name with other content")
    .option("--file <path>", "the client's file, where it is not in its usual place")
    .option("--json", "what was done, as JSON")
    .action((options) => load<typeof import("./sync-ai")>("sync-ai").syncAi(options));
}

/** The ways up of the original stack, by what each of them turns on. */
const WAYS_UP = [
  { name: "mcp-up", description: "the core alone", bundles: "" },
  { name: "mcp-up-ai", description: "the core and local AI", bundles: "ai" },
  { name: "mcp-up-dify", description: "the core and Dify", bundles: "dify" },
  {
    name: "mcp-up-all",
    description: "the core with every server whose secrets are there",
    bundles: "",
    everyServer: true,
  },
  {
    name: "stack-up-all",
    description: "everything: every such server, every bundle",
    bundles: "full",
    everyServer: true,
  },
] as const;

function addUpAndDown(root: Command, load: Load, stack: StackOption): void {
  for (const { name, description, ...settings } of WAYS_UP) {
    root
      .command(name)
      .description(`bring up ${description}`)
      .option(...stack)
      .option("--yes", "answer every question with yes")
      .option("--json", "print the endpoints as JSON on standard output")
      .option("--no-backup", "make none before the image of a service with data is replaced")
      .action((options) => load<typeof import("./up")>("up").up({ ...options, ...settings }));
  }
  root
    .command("mcp-down")
    .description("remove containers and networks; data and images stay")
    .option(...stack)
    .option("--purge", "delete data and images too, after the stack was named")
    .option("--confirm <stack>", "name the stack here in place of being asked")
    .option("--no-images", "--purge leaves the images")
    .action((options) => load<typeof import("./mcp-down")>("mcp-down").mcpDown(options));
}

function addTls(root: Command, load: Load, stack: StackOption): void {
  type Tls = typeof import("./mcp-tls");
  const tls = root
    .command("mcp-tls")
    .description("the certificate of the ingress, until when it is valid, and how clients come to trust it")
    .option(...stack)
    .option("--json", "as JSON")
    .action((options) => load<Tls>("mcp-tls").show(options));
  tls
    .command("renew")
    .description("renew it if it is due, or take over files that changed; nothing is restarted")
    .option(...stack)
    .option("--now", "although it is not due")
    .option("--json", "as JSON")
    .action((_: object, command: Command) => load<Tls>("mcp-tls").renew(command.optsWithGlobals()));
}

function addDoctor(root: Command, load: Load, stack: StackOption): void {
  root
    .command("doctor")
    .description("what this machine lacks for the stack, each with its fix")
    .option(...stack)
    .option("--json", "as JSON")
    .action((options) => load<typeof import("./doctor")>("doctor").doctor(options));
}

function addExport(root: Command, load: Load, stack: StackOption): void {
  root
    .command("export-compose")
    .description("write the stack as a file for docker compose, and what its containers mount")
    .option(...stack)
    .option("-o, --output <file>", "write it there, not to standard output")
    .action((options) => load<typeof import("./export-compose")>("export-compose").exportCompose(options));
}

function addSbom(root: Command, load: Load, stack: StackOption): void {
  root
    .command("sbom")
    .description("every image, package and model with version, digest, licence and source; needs no engine, no network")
    .option(...stack)
    .option("--all", "every image and model of the catalogs, not only what the stack uses")
    .option("--json", "as a CycloneDX 1.6 document, the same text each time")
    .option("-o, --output <file>", "write that document there")
    .option("--stamp", "put the time and a serial number into the document")
    .action((options) => load<typeof import("./sbom")>("sbom").sbom(options));
}

function addUpdate(root: Command, load: Load, stack: StackOption): void {
  root
    .command("update")
    .description("newer digests for catalogs/images.yaml, where a registry can be asked; shows, asks, writes")
    .option(...stack)
    .option("--check", "write nothing; exit code 1: something is newer, 2: some could not be asked")
    .option("--yes", "write without a question")
    .option("--json", "what was found and written, as JSON")
    .action((options) => load<typeof import("./update")>("update").update(options));
}

function addRecover(root: Command, load: Load, stack: StackOption): void {
  root
    .command("recover")
    .description(
      "for a lost or unusable state: remove what the engine has of the stack, so that up makes it again; data stays",
    )
    .option(...stack)
    .option("--yes", "without a question")
    .option("--json", "what was removed, as JSON")
    .action((options) => load<typeof import("./recover")>("recover").recover(options));
}

/** Adds them to the command line. */
export function addDailyCommands(root: Command, load: Load, stack: StackOption): void {
  const all = [
    addUpAndDown,
    addStatus,
    addLogs,
    addRestart,
    addTopology,
    addSync,
    addDoctor,
    addUpdate,
    addExport,
    addSbom,
    addTls,
    addRecover,
  ];
  for (const add of all) add(root, load, stack);
}
