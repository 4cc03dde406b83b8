/**
 * `npm run bench`: what the stack costs, as ratios of measurements in one run. It uses the stack as it is (bring it up
 * first) and changes nothing; with --cold it takes the stack down and brings it up again. Load goes to this machine only, is
 * bounded, and stops by itself. --modes brings it up in both gateway modes.
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import type { Config } from "../config";
import { connect } from "../engines/images/engine";
import { PROJECT_ROOT } from "../engines/images/lock";
import { findEngine } from "../prepare";
import { coreEndpoints } from "../services/endpoints";
import { dailyLines, dailyRuns, type Timed } from "./bench/daily";
import { chatLatency, chatTargets } from "./bench/llm";
import { downloadRates } from "./bench/models";
import { coldRuns } from "./bench/cold";
import { modeRuns } from "./bench/modes";
import { emptyProgram } from "./bench/empty-program";
import { withAddress } from "./bench/way-in";
import { directTarget, latency, REQUEST_NAMES, type RequestName, type Target } from "./bench/requests";
import {
  alternate,
  compare,
  compareFigures,
  figures,
  seconds,
  type Comparison,
  type Figures,
  type Latency,
} from "./bench/statistics";
import { signInHeaders } from "./sign-in";
import { readConfig } from "./stack-config";
import { transportTrust } from "./trust";
import { openWorkspace, runPulumi, type Workspace } from "./workspace";

interface Options {
  readonly stack: string;
  readonly rounds: string;
  /** Measure bringing the stack up and down, which it then is for a while, instead of what is up. */
  readonly cold?: boolean;
  /** Measure catalog servers in both gateway modes, for which the stack is changed for a while. */
  readonly modes?: boolean;
  readonly json?: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function pulumiRuns(workspace: Workspace, rounds: number): Promise<Comparison[]> {
  const empty = await emptyProgram(workspace);
  const ours = async (...args: string[]): Promise<void> => {
    const { code, stdout } = await runPulumi(workspace, [...args, "--non-interactive"], { output: "capture" });
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} ended with ${code}; bring the stack up first:\n${stdout}`);
  };
  try {
    await empty.pulumi("up", "--yes", "--skip-preview");
    const results: Comparison[] = [];
    for (const args of [
      ["preview", "--expect-no-changes"],
      ["up", "--yes", "--skip-preview", "--expect-no-changes"],
    ]) {
      say(`pulumi ${args[0]}, nothing to do: ${rounds} rounds, in turns with an empty program`);
      const { first, second } = await alternate(
        rounds,
        () => ours(...args),
        () => empty.pulumi(...args),
      );
      results.push(compareFigures(`no-op ${args[0]} against an empty program`, "s", first, second));
    }
    return results;
  } finally {
    empty.remove();
  }
}

const start = (...args: string[]): Promise<number> =>
  seconds(() => Promise.resolve(spawnSync(process.execPath, args, { cwd: PROJECT_ROOT, stdio: "ignore" })));

async function programStart(rounds: number): Promise<Comparison> {
  say("start of the program: loading index.ts against loading @pulumi/pulumi alone");
  const [ours, sdk]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await start("--require", "./loader.js", "-e", 'require("./index.ts")'));
    sdk.push(await start("--require", "./loader.js", "-e", 'require("@pulumi/pulumi")'));
  }
  return compareFigures("program start against its SDK", "s", figures(ours), figures(sdk));
}

function upRuns(stack: string, rounds: number): Figures {
  say("npm run up, nothing to do");
  const run = (): number => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, ["commands/entry.js", "up", "--stack", stack], {
      cwd: PROJECT_ROOT,
      stdio: "ignore",
    });
    if (status !== 0) throw new Error(`npm run up ended with ${status}`);
    return (performance.now() - started) / 1000;
  };
  return figures(Array.from({ length: rounds }, run));
}

/** Clients at once, and requests of each. A session of `tools/call` holds a container, so there are few. */
const LOADS: readonly { readonly name: RequestName; readonly clients: number; readonly count: number }[] = [
  ...REQUEST_NAMES.map((name) => ({ name, clients: 1, count: 200 })),
  { name: "ping", clients: 32, count: 100 },
  { name: "tools/list", clients: 32, count: 50 },
];

async function requestRuns(ingress: Target, gateway: Target): Promise<Comparison[]> {
  const results: Comparison[] = [];
  for (const { name, clients, count } of LOADS) {
    say(`${name}: ${clients} client(s), ${count} requests each, through the ingress and directly`);
    const [one, two]: [Latency[], Latency[]] = [[], []];
    for (let round = 0; round < 3; round++) {
      one.push(await latency(ingress, name, clients, count));
      two.push(await latency(gateway, name, clients, count));
    }
    const median = (all: readonly Latency[], key: keyof Latency): number =>
      figures(all.map((each) => each[key])).median;
    const title = `${name}, ${clients} client(s)`;
    results.push(compare(`${title}: p50`, "ms", median(one, "p50"), median(two, "p50")));
    results.push(compare(`${title}: p99`, "ms", median(one, "p99"), median(two, "p99")));
    results.push(
      compare(`${title}: throughput`, "1/s", median(one, "requestsPerSecond"), median(two, "requestsPerSecond")),
    );
  }
  return results;
}

const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0).padStart(8);

function showComparisons(comparisons: readonly Comparison[]): void {
  for (const { what, unit, ours, yardstick, ratio } of comparisons) {
    process.stdout.write(
      `${what.padEnd(64)}${number(ours)} ${unit.padEnd(5)}${number(yardstick)} ${unit.padEnd(5)}  ratio ${ratio.toFixed(2)}\n`,
    );
  }
}

function show(comparisons: readonly Comparison[], daily: readonly Timed[], warmUp: Figures): void {
  showComparisons(comparisons);
  for (const line of dailyLines(daily)) process.stdout.write(`${line}\n`);
  process.stdout.write(`${"npm run up with nothing to do".padEnd(64)}${number(warmUp.median)} s\n`);
}

/** 2.5 Gbit/s, in MiB/s: more than most networks have. */
const NETWORK_RATE = 298;

async function modelRuns(rounds: number): Promise<Comparison[]> {
  const results: Comparison[] = [];
  for (const [rate, what, kind] of [
    [NETWORK_RATE, "2.5 Gbit/s", "curl"],
    [0, "memory speed", "curl"],
    [0, "memory speed", "curl, then sha256sum"],
  ] as const) {
    const title = `model download, ${what}, against ${kind}`;
    say(title);
    const { ours, yardstick } = await downloadRates(rate, kind, rounds);
    results.push(compareFigures(title, "MiB/s", ours, yardstick));
  }
  return results;
}

async function chatRuns(config: Config, address: string): Promise<Comparison[]> {
  const { proxied, direct } = chatTargets(config, address);
  const results: Comparison[] = [];
  for (const clients of [1, 8]) {
    say(`chat completions: ${clients} client(s), through ingress and LiteLLM and directly`);
    const [ours, yardstick] = [await chatLatency(proxied, clients, 30), await chatLatency(direct, clients, 30)];
    const title = `chat, ${clients} client(s)`;
    results.push(compare(`${title}: p50`, "ms", ours.p50, yardstick.p50));
    results.push(compare(`${title}: throughput`, "1/s", ours.requestsPerSecond, yardstick.requestsPerSecond));
  }
  return results;
}

const machine = (): object => ({
  cpus: os.cpus().length,
  model: os.cpus()[0]?.model,
  memoryMiB: Math.round(os.totalmem() / 2 ** 20),
  node: process.version,
});

function report(comparisons: readonly Comparison[], json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), comparisons }, null, 2)}\n`);
  else showComparisons(comparisons);
}

async function cold({ stack, rounds, json = false }: Options): Promise<void> {
  report(await coldRuns(await openWorkspace(stack), Number(rounds), say), json);
}

async function modes({ stack, json = false }: Options): Promise<void> {
  const config = readConfig(stack);
  const workspace = await openWorkspace(stack);
  const docker = connect((await findEngine(config)).host);
  const target = { url: coreEndpoints(config)[0]?.url ?? "", headers: signInHeaders(config) };
  report(await modeRuns({ workspace, docker, project: config.project, target, say }), json);
}

async function warm({ stack, rounds: text, json = false }: Options): Promise<void> {
  const rounds = Number(text);
  const config = readConfig(stack);
  const workspace = await openWorkspace(stack);
  const docker = connect((await findEngine(config)).host);
  const ingress = {
    url: coreEndpoints(config)[0]?.url ?? "",
    headers: signInHeaders(config),
    trust: transportTrust(config),
  };
  say("commands of every day, warm");
  const daily = dailyRuns(stack, rounds);
  const comparisons = [
    ...(await pulumiRuns(workspace, rounds)),
    await programStart(rounds),
    ...(await withAddress(docker, config, "mcp-gateway", (address) =>
      requestRuns(ingress, directTarget(config, address)),
    )),
    ...(await modelRuns(Math.min(rounds, 3))),
    ...(config.bundles.includes("ai")
      ? await withAddress(docker, config, "llama-cpp", (address) => chatRuns(config, address))
      : []),
  ];
  const warmUp = upRuns(stack, Math.min(rounds, 3));
  if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), comparisons, daily, warmUp }, null, 2)}\n`);
  else show(comparisons, daily, warmUp);
}

/** Measures and prints; needs a stack that is up. */
export function bench(options: Options): Promise<void> {
  if (options.modes) return modes(options);
  return options.cold ? cold(options) : warm(options);
}
