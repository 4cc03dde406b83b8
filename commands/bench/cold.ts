/**
 * Bringing the stack up and down, and changing one service, against Docker Compose with the export of the same stack: the same
 * images, health checks, order and stop times. The stack is down in between and up at the end; its data stays.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { exportCompose } from "../export-compose";
import { stackFile } from "../stack-config";
import type { Workspace } from "../workspace";
import { findCompose } from "./compose-cli";
import { quietPulumi } from "./pulumi";
import { compareFigures, figures, seconds, type Comparison } from "./statistics";

/** The service that is changed: it has a health check, so that both wait for it. */
const CHANGED = "mcp-router";

/** One way to run the stack. */
interface Runner {
  up(): Promise<void>;
  down(): Promise<void>;
  /** Writes down another environment for the service, so that the next `up` replaces its container. */
  change(round: number): void;
}

/** Runs on a file that it changes, and puts back. */
interface FileRunner extends Runner {
  restore(): void;
}

type Document = Record<string, Record<string, unknown>>;

function fileRunner(file: string, edit: (content: Document, round: number) => void, steps: Omit<Runner, "change">) {
  const kept = readFileSync(file, "utf8");
  return {
    ...steps,
    change: (round: number): void => {
      const content = parse(kept) as Document;
      edit(content, round);
      writeFileSync(file, stringify(content, { version: "1.1", aliasDuplicateObjects: false }));
    },
    restore: (): void => writeFileSync(file, kept),
  };
}

function pulumiRunner(workspace: Workspace): FileRunner {
  const key = "mcp-gateway-stack:overrides";
  const edit = ({ config = {} }: Document, round: number): void => {
    config[key] = { [CHANGED]: { environment: { BENCH_ROUND: String(round) } } };
  };
  return fileRunner(stackFile(workspace.stack), edit, {
    up: () => quietPulumi(workspace, "up", "--yes", "--skip-preview"),
    down: () => quietPulumi(workspace, "destroy", "--yes", "--skip-preview"),
  });
}

function composeRunner(file: string): FileRunner {
  const compose = findCompose();
  const run = (...args: string[]): Promise<void> => {
    const { code, output } = compose("--file", file, ...args);
    if (code !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${code}:\n${output}`);
    return Promise.resolve();
  };
  const edit = ({ services = {} }: Document, round: number): void => {
    const service = services[CHANGED] as { environment?: string[] };
    service.environment = [...(service.environment ?? []), `BENCH_ROUND=${round}`];
  };
  return fileRunner(file, edit, { up: () => run("up", "--wait", "--detach"), down: () => run("down") });
}

const STEPS = ["up", "change", "down"] as const;
type Times = Record<(typeof STEPS)[number], number[]>;

async function measure(runner: Runner, round: number, times: Times): Promise<void> {
  times.up.push(await seconds(() => runner.up()));
  runner.change(round);
  times.change.push(await seconds(() => runner.up()));
  times.down.push(await seconds(() => runner.down()));
}

const TITLES = {
  up: "cold up against docker compose up --wait",
  change: `up after a change of ${CHANGED}'s environment, against compose`,
  down: "down against docker compose down",
};

/** Measures in turns. @throws Error when one of them fails; the stack may be down then */
export async function coldRuns(
  workspace: Workspace,
  rounds: number,
  say: (line: string) => void,
): Promise<Comparison[]> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "mcp-stack-bench-"));
  const output = path.join(directory, "compose.yaml");
  await exportCompose({ stack: workspace.stack, output });
  const [ours, theirs] = [pulumiRunner(workspace), composeRunner(output)];
  const times: readonly [Times, Times] = [
    { up: [], change: [], down: [] },
    { up: [], change: [], down: [] },
  ];
  try {
    await ours.down();
    for (let round = 1; round <= rounds; round++) {
      say(`up, a change, and down: round ${round} of ${rounds}, in turns with docker compose`);
      await measure(ours, round, times[0]);
      ours.restore();
      await measure(theirs, round, times[1]);
      theirs.restore();
    }
  } finally {
    ours.restore();
    await theirs.down();
    rmSync(directory, { recursive: true });
    await ours.up();
  }
  return STEPS.map((step) => compareFigures(TITLES[step], "s", figures(times[0][step]), figures(times[1][step])));
}
