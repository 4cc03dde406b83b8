/** `npm run check`: everything that needs no engine and no test: format, types, lint, generated files. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../engines/project-root";

const bin = (name: string): string => path.join(PROJECT_ROOT, "node_modules/.bin", name);

/** What is run, by what it proves; and what to run when it does not hold. */
const CHECKS: readonly { readonly what: string; readonly command: readonly string[]; readonly cure: string }[] = [
  { what: "format", command: [bin("prettier"), "--check", "--log-level=warn", "."], cure: "npx prettier --write ." },
  { what: "types", command: [bin("tsc"), "--noEmit", "-p", "."], cure: "correct the lines above" },
  { what: "lint", command: [bin("eslint"), "."], cure: "correct the lines above" },
  {
    what: "generated files",
    command: [process.execPath, "--require", "./loader.js", "commands/render.ts", "--check"],
    cure: "npm run render",
  },
  {
    what: "client files",
    command: [process.execPath, "commands/entry.js", "sync-ai", "--check"],
    cure: "npm run sync-ai",
  },
  {
    what: "exports of prompts",
    command: [process.execPath, "commands/entry.js", "export-prompts", "--check"],
    cure: "npm run export-prompts",
  },
];

const TOOLCHAIN = path.join(PROJECT_ROOT, "toolchain");

function run(command: readonly string[], cwd = PROJECT_ROOT): Promise<number> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Runs all checks; exit code 1 if one does not hold. */
export async function check(): Promise<void> {
  // Its sources are checked with the rest, and need its own packages.
  const installed = existsSync(path.join(TOOLCHAIN, "node_modules"));
  if (!installed && (await run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], TOOLCHAIN)) !== 0) {
    throw new Error(`the packages of ${TOOLCHAIN} could not be installed, see above`);
  }
  for (const { what, command, cure } of CHECKS) {
    const started = Date.now();
    const code = await run(command);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(code === 0 ? `${what}: ok (${seconds} s)\n` : `${what}: FAILED; ${cure}\n`);
    if (code !== 0) process.exitCode = 1;
  }
}
