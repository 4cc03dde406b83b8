/**
 * Prints how to run Pulumi in this checkout: one JSON object on standard output (see Resolution in resolve.ts), lines
 * for the user on standard error. Ends with 1 and a message if no Pulumi can be had.
 *
 *     node --require sucrase/register/ts toolchain/resolver/main.ts
 */
import { resolve } from "./resolve";
import { settingsFromEnvironment } from "./settings";
import { standardErrorLines } from "./terminal";

const terminal = standardErrorLines();
resolve(settingsFromEnvironment(process.env, terminal.say)).then(
  (resolution) => {
    terminal.end();
    process.stdout.write(`${JSON.stringify(resolution)}\n`);
  },
  (error: unknown) => {
    terminal.end();
    process.stderr.write(`toolchain: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
