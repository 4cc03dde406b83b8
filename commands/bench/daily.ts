/** How long the commands of every day take, warm, from the shell's point of view: each with its target beside it. */
import { spawnSync } from "node:child_process";
import { PROJECT_ROOT } from "../../engines/project-root";
import { repeated, type Result } from "./result";
import { figures } from "./statistics";

interface Command {
  readonly what: string;
  /** Longest time that it should take, in seconds. */
  readonly target: number;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What has to be in its output, so that a failure is not measured. */
  readonly expected: RegExp;
}

/** No engine answers here. */
const NO_ENGINE = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

const commandsOf = (stack: string): readonly Command[] => [
  { what: "mcp-status", target: 1, args: ["mcp-status", "--stack", stack], expected: /^Service +State/m },
  { what: "sync-ai --check", target: 1, args: ["sync-ai", "--check"], expected: /client files are up to date/ },
  {
    what: "mcp-topology without an engine",
    target: 2,
    args: ["mcp-topology", "--stack", stack],
    env: NO_ENGINE,
    expected: /mcp-router/,
  },
  {
    what: "mcp-topology --format svg without an engine",
    target: 2,
    args: ["mcp-topology", "--stack", stack, "--format", "svg"],
    env: NO_ENGINE,
    expected: /^<svg /,
  },
];

/** Runs it once. @throws Error with its output, when that is not what a run that worked gives */
function timeOf({ what, args, env, expected }: Command): number {
  const started = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, ["commands/entry.js", ...args], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  const seconds = (performance.now() - started) / 1000;
  if (!expected.test(`${stdout}${stderr}`))
    throw new Error(`${what} does not work here, so it cannot be measured:\n${stdout}${stderr}`);
  return seconds;
}

/** Measures each, after a run that is not counted. The stack has to be up. */
export function dailyRuns(stack: string, rounds: number): Result[] {
  return commandsOf(stack).map((command) => {
    timeOf(command);
    const times = figures(Array.from({ length: rounds }, () => timeOf(command)));
    return repeated(command.what, "s", times, undefined, { of: "ours", atMost: command.target });
  });
}
