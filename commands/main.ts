/** The command line. Each command is loaded when it is asked for, so that every one of them starts fast. */
import { Command } from "commander";
import { addDailyCommands } from "./daily";

/** Loads a command's module. Node's own import() would not go through the hook for TypeScript. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const command = <T>(name: string): T => require(`./${name}`) as T;

/** A command failed in a way that its message explains; no stack trace. */
const fail = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
};

const STACK = ["--stack <name>", "stack to work on", process.env.PULUMI_STACK || "dev"] as const;

function addStackCommands(root: Command): void {
  root
    .command("up")
    .description("bring the stack up: engine, Pulumi, images, containers; repeat it after every change")
    .option(...STACK)
    .option("--bundles <list>", 'set the bundles first: comma list of ai, dify; full; "" for the core alone')
    .option("--yes", "answer every question with yes")
    .option("--json", "print the endpoints as JSON on standard output")
    .option("--no-backup", "make none before the image of a service with data is replaced")
    .action((options) => command<typeof import("./up")>("up").up(options));
  root
    .command("down")
    .description("remove containers and networks; data and images stay")
    .option(...STACK)
    .action((options) => command<typeof import("./down")>("down").down(options));
}

function addPulumiCommands(root: Command): void {
  root
    .command("env")
    .description('print what a shell needs to call pulumi itself: eval "$(npm run -s env)"')
    .option(...STACK)
    .action((options) => command<typeof import("./env")>("env").env(options));
  root
    .command("pulumi")
    .description("run pulumi with that environment: npm run pulumi -- preview")
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action((args: string[]) => command<typeof import("./pulumi")>("pulumi").pulumi(args));
}

function addClientCommands(root: Command): void {
  root
    .command("tools")
    .description("list the tools that MCP clients get")
    .option(...STACK)
    .option("--json", "as JSON, with schemas")
    .action((options) => command<typeof import("./tools")>("tools").tools(options));
  root
    .command("call")
    .description('call a tool: npm run call -- get_current_time \'{"timezone": "Europe/Berlin"}\'')
    .argument("<tool>", "name of the tool")
    .argument("[arguments]", "JSON object", "{}")
    .option(...STACK)
    .option("--json", "the whole answer as JSON")
    .action((tool: string, text: string, options) =>
      command<typeof import("./tools")>("tools").call(tool, text, options),
    );
}

type Tokens = typeof import("./mcp-token");

function addTokenCommands(root: Command): void {
  const tokens = root.command("mcp-token").description("tokens of MCP clients, where they have to sign in (auth)");
  tokens
    .command("add")
    .description("make a token for a client and show it once; it counts at once")
    .argument("<name>", "such as the name of the machine")
    .option(...STACK)
    .option("--json", "as JSON")
    .action((name: string, options) => command<Tokens>("mcp-token").add(name, options));
  tokens
    .command("remove")
    .description("take a token away; the others stay")
    .argument("<name>")
    .option(...STACK)
    .option("--json", "as JSON")
    .action((name: string, options) => command<Tokens>("mcp-token").remove(name, options));
  tokens
    .command("list")
    .description("names of the tokens, and where each comes from")
    .option(...STACK)
    .option("--json", "as JSON")
    .action((options) => command<Tokens>("mcp-token").list(options));
}

type Secrets = typeof import("./secrets");

function addSecretCommands(root: Command): void {
  const secrets = root.command("secrets").description("secrets of the stack by name; no value is shown");
  secrets
    .command("list")
    .description("every secret: where it comes from, whether it is there, who uses it")
    .option(...STACK)
    .option("--json", "as JSON")
    .action((options) => command<Secrets>("secrets").list(options));
  secrets
    .command("rotate")
    .description("give generated secrets new values; what uses them is replaced, data stays")
    .argument("<names...>", "as list shows them")
    .option(...STACK)
    .option("--yes", "answer every question of npm run up with yes")
    .option("--json", "print the endpoints as JSON on standard output")
    .action((names: string[], options) => command<Secrets>("secrets").rotate(names, options));
  secrets
    .command("set")
    .description("write a secret of yours into secretsFile; its value comes by standard input")
    .argument("<name>", "such as github.personal_access_token")
    .option(...STACK)
    .option("--json", "as JSON")
    .action((name: string, options) => command<Secrets>("secrets").set(name, options));
}

function addBackupCommands(root: Command): void {
  const key = [
    "--key <file>",
    "key file, in age's form; default: MCP_BACKUP_KEY_FILE, else .state/backup.key",
  ] as const;
  root
    .command("backup")
    .description("one encrypted archive of state, config, secrets and data, read back; the stack may run")
    .option(...STACK)
    .option(...key)
    .option("-o, --output <place>", "file or directory; default: backupDir, with stack and time in its name")
    .option("--with-models", "put models of the AI bundle into it, which npm run up would fetch again")
    .option("--json", "as JSON")
    .action((options) => command<typeof import("./backup")>("backup").backup(options));
  root
    .command("restore")
    .description("bring back what is in an archive, on a machine that has nothing of the stack, and bring the stack up")
    .argument("<file>", "archive of npm run backup")
    .option("--stack <name>", "stack to make of it; default: as it was called")
    .option(...key)
    .option("--data-dir <directory>", "put the data there, not where the archive's config says")
    .option("--no-up", "leave it to npm run up to start the services")
    .option("--check", "only verify the archive and say what is in it")
    .option("--yes", "answer every question with yes")
    .option("--json", "as JSON")
    .action((file: string, options) => command<typeof import("./restore")>("restore").restore(file, options));
}

function addDeveloperCommands(root: Command): void {
  root
    .command("export-prompts")
    .description("write what Open WebUI and Dify import of catalogs/prompts")
    .option("--check", "change nothing; fail when an export is out of date")
    .option("--json", "what was done, as JSON")
    .action((options) => command<typeof import("./export-prompts")>("export-prompts").exportPrompts(options));
  root
    .command("check")
    .description("format, types, lint and generated files")
    .action(() => command<typeof import("./check")>("check").check());
  root
    .command("bench")
    .description("measure a stack that is up against what it could cost: Pulumi's share, requests through the ingress")
    .option(...STACK)
    .option("--rounds <number>", "repetitions; --servers, downloads and whole runs of npm run up do three at most", "5")
    .option("--idle [seconds]", "memory and CPU of the idle stack, against its images alone; it is stopped in between")
    .option("--streams [count]", "a thousand streams of events for a minute: dropped ones, memory of each")
    .option("--modes [sizes]", "catalog servers in both gateway modes, such as 1,5,20 of them")
    .option("--servers [sizes]", "how the stack grows with its catalog servers, such as 1,5,20,50 of them")
    .option("--cold", "take the stack down and up again, in turns with docker compose; data stays")
    .option("--all", "all of these, one after the other; BENCHMARKS.md says how long that takes")
    .option("--json", "figures as JSON")
    .option("--render <files...>", "write the tables of BENCHMARKS.md from such JSON; measures nothing")
    .action((options) => command<typeof import("./bench")>("bench").bench(options));
  root
    .command("test")
    .description("set up what the tests need, and run all of them; further arguments go to jest")
    .argument("[args...]")
    .allowUnknownOption()
    .action((args: string[]) => command<typeof import("./test")>("test").test(args));
  root
    .command("faults")
    .description("inject every fault, and see that up heals it; further arguments go to jest")
    .argument("[args...]")
    .option("--seed <number>", "repeat the random moments of an earlier run, which showed it")
    .allowUnknownOption()
    .action((args: string[], options) => command<typeof import("./faults")>("faults").faults(args, options));
}

// As in `… | head`: whoever reads has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const root = new Command("mcp-stack").description("MCP servers and a local AI platform on your own machine");
for (const add of [
  addStackCommands,
  addPulumiCommands,
  addClientCommands,
  addTokenCommands,
  addSecretCommands,
  addBackupCommands,
  addDeveloperCommands,
])
  add(root);
addDailyCommands(root, command, STACK);
root.showHelpAfterError().parseAsync().catch(fail);
