/**
 * `npm test`: sets up what the tests need (Pulumi, an engine, images), then runs all of them. Without an engine it fails
 * and says what is missing; no test vanishes. Counts go to .cache/test-results.json.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CACHE, ensureImages } from "../engines/images/build";
import { connect } from "../engines/images/engine";
import { readLock } from "../engines/images/lock";
import { PROJECT_ROOT } from "../engines/project-root";
import { say } from "./ask";
import { ensureEngine } from "./ensure-engine";
import { findToolchain } from "./toolchain";

const RESULTS = path.join(PROJECT_ROOT, ".cache", "test-results.json");

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What jest writes with --json. */
interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

async function setUp(): Promise<void> {
  await findToolchain();
  const engine = await ensureEngine({ containerSocket: undefined }, { yes: true, interactive: false });
  const lock = readLock();
  const names = Object.keys(lock).filter((name) => lock[name]?.build);
  await ensureImages({ docker: connect(engine.host), lock, cache: CACHE, sink: process.stderr }, names);
}

function jest(args: readonly string[], results: string): Promise<number> {
  const program = path.join(PROJECT_ROOT, "node_modules/jest/bin/jest.js");
  const child = spawn(process.execPath, [program, "--json", `--outputFile=${results}`, ...args], {
    cwd: PROJECT_ROOT,
    // The report for people goes to standard error; standard output only has the JSON that is in the file as well.
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

async function runProjects(args: readonly string[]): Promise<Counts & { readonly code: number }> {
  const file = path.join(PROJECT_ROOT, ".cache", `jest-${process.pid}.json`);
  const code = await jest(args, file);
  const results = JSON.parse(readFileSync(file, "utf8")) as JestResults;
  rmSync(file);
  const skipped = results.numPendingTests + results.numTodoTests;
  return { passed: results.numPassedTests, failed: results.numFailedTests, skipped, code };
}

/** Runs everything, or only what jest's own arguments choose. */
export async function test(args: readonly string[]): Promise<void> {
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  await setUp();
  const runs = [
    await runProjects(["--selectProjects", "unit", "--passWithNoTests", ...args]),
    // They share one engine and mostly wait for containers of it: two at a time on any machine.
    await runProjects(["--selectProjects", "contract", "e2e", "--maxWorkers=2", "--passWithNoTests", ...args]),
  ];
  const total = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
  const counts: Counts = {
    passed: total((run) => run.passed),
    failed: total((run) => run.failed),
    skipped: total((run) => run.skipped),
  };
  writeFileSync(RESULTS, JSON.stringify(counts));
  say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = runs.some(({ code }) => code !== 0) ? 1 : 0;
}
