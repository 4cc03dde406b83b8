/** The commands of every day, as commander takes them; main.ts loads each when it is asked for. */
import type { Command } from "commander";

/** Loads a module of commands/. */
type Load = <T>(name: string) => T;
type StackOption = readonly [flags: string, description: string, fallback: string];

function addStatus(root: Command, load: Load, stack: StackOption): void {
  root
    .command("mcp-status")
    .description("state, health and use of every service, and what differs from the stack; exit code 0: all is well")
    .option(...stack)
    .option("--watch", "look again every two seconds, until Ctrl-C")
    .option("--json", "as JSON")
    .action((options) => load<typeof import("./mcp-status")>("mcp-status").mcpStatus(options));
}

/** Adds them to the command line. */
export function addDailyCommands(root: Command, load: Load, stack: StackOption): void {
  for (const add of [addStatus]) add(root, load, stack);
}
