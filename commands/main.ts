/** The command line. Each command is loaded when it is asked for, so that every one of them starts fast. */
import { Command } from "commander";

/** A command failed in a way that its message explains; no stack trace. */
const fail = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
};

const STACK = ["--stack <name>", "stack to work on", process.env.PULUMI_STACK || "dev"] as const;

function program(): Command {
  const root = new Command("mcp-stack").description("MCP servers and a local AI platform on your own machine");
  root
    .command("up")
    .description("bring the stack up: engine, Pulumi, images, containers; repeat it after every change")
    .option(...STACK)
    .option("--bundles <list>", 'set the bundles first: comma list of ai, dify; full; "" for the core alone')
    .option("--yes", "answer every question with yes")
    .option("--json", "print the endpoints as JSON on standard output")
    .action(async (options) => (await import("./up")).up(options));
  root
    .command("down")
    .description("remove containers and networks; data and images stay")
    .option(...STACK)
    .action(async (options) => (await import("./down")).down(options));
  root
    .command("env")
    .description('print what a shell needs to call pulumi itself: eval "$(npm run -s env)"')
    .option(...STACK)
    .action(async (options) => (await import("./env")).env(options));
  root
    .command("pulumi")
    .description("run pulumi with that environment: npm run pulumi -- preview")
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => (await import("./pulumi")).pulumi(args));
  root
    .command("tools")
    .description("list the tools that MCP clients get")
    .option(...STACK)
    .option("--json", "as JSON, with schemas")
    .action(async (options) => (await import("./tools")).tools(options));
  root
    .command("call")
    .description('call a tool: npm run call -- get_current_time \'{"timezone": "Europe/Berlin"}\'')
    .argument("<tool>", "name of the tool")
    .argument("[arguments]", "JSON object", "{}")
    .option(...STACK)
    .option("--json", "the whole answer as JSON")
    .action(async (tool: string, text: string, options) => (await import("./tools")).call(tool, text, options));
  root
    .command("check")
    .description("format, types, lint and generated files")
    .action(async () => (await import("./check")).check());
  root
    .command("test")
    .description("set up what the tests need, and run all of them; further arguments go to jest")
    .argument("[args...]")
    .allowUnknownOption()
    .action(async (args: string[]) => (await import("./test")).test(args));
  return root.showHelpAfterError();
}

program().parseAsync().catch(fail);
