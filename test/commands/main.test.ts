/** The commands as people and scripts find them: the same names for npm and just, options, help. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../engines/project-root";

const read = (name: string): string => readFileSync(path.join(PROJECT_ROOT, name), "utf8");
const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;
const run = (...args: string[]) =>
  spawnSync(process.execPath, ["--require", "./loader.js", "commands/main.ts", ...args], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
  });

/** Those that people use every day, and whether a script would read them. */
const DAILY: Readonly<Record<string, boolean>> = {
  "mcp-up": true,
  "mcp-up-ai": true,
  "mcp-up-dify": true,
  "mcp-up-all": true,
  "stack-up-all": true,
  "mcp-down": false,
  "mcp-status": true,
  "mcp-logs": true,
  "mcp-topology": true,
  "mcp-restart": true,
  "sync-ai": true,
  sbom: true,
  doctor: true,
  update: true,
};

/** Recipes of the justfile: name → command. */
const recipes = Object.fromEntries(
  [...read("justfile").matchAll(/^@([\w-]+) \*args:\n {4}(.+)$/gm)].map(([, name = "", command = ""]) => [
    name,
    command,
  ]),
);

describe.each(Object.entries(DAILY))("%s", (name, forScripts) => {
  it("is the same command for npm and just", () => {
    expect([scripts[name], recipes[name]]).toEqual([
      `node commands/entry.js ${name}`,
      `node commands/entry.js ${name} "$@"`,
    ]);
  });

  it("has help, which names its options", () => {
    const { status, stdout } = run(name, "--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--stack <name>");
    expect(stdout.includes("--json")).toBe(forScripts);
  });
});

it("just has no command that npm does not have", () => {
  expect(Object.keys(recipes).filter((name) => scripts[name] === undefined)).toEqual([]);
});

it.each([
  ["an unknown command", ["mcp-staus"], "unknown command 'mcp-staus'\n(Did you mean mcp-status?)"],
  ["an unknown option", ["mcp-status", "--jsn"], "unknown option '--jsn'\n(Did you mean --json?)"],
  ["a format that there is not", ["mcp-topology", "--format", "png"], "Allowed choices are text, mermaid, svg, json"],
  ["a service that is missing", ["mcp-restart"], "missing required argument 'service'"],
])("%s fails, and says what there is", (_what, args, message) => {
  const { status, stderr } = run(...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});
