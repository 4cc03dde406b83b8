/** What the stack costs as it is: Pulumi's share, requests through the ingress, model downloads, chat. Nothing is changed. */
import { spawnSync } from "node:child_process";
import { PROJECT_ROOT } from "../../engines/project-root";
import { runPulumi } from "../workspace";
import type { Context } from "./context";
import { dailyRuns } from "./daily";
import { emptyProgram } from "./empty-program";
import { chatLatency, chatTargets } from "./llm";
import { downloadRates } from "./models";
import { requestRuns } from "./request-runs";
import { directTarget } from "./requests";
import { measured, repeated, type Result } from "./result";
import { alternate, figures, seconds } from "./statistics";
import { withAddress } from "./way-in";

async function pulumiRuns({ workspace, rounds, say }: Context): Promise<Result[]> {
  const empty = await emptyProgram(workspace);
  const ours = async (...args: string[]): Promise<void> => {
    const { code, stdout } = await runPulumi(workspace, [...args, "--non-interactive"], { output: "capture" });
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} ended with ${code}; bring the stack up first:\n${stdout}`);
  };
  try {
    await empty.pulumi("up", "--yes", "--skip-preview");
    const results: Result[] = [];
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
      const target = { of: "ratio", atMost: 1.5 } as const;
      results.push(repeated(`no-op ${args[0]} against an empty program`, "s", first, second, target));
    }
    return results;
  } finally {
    empty.remove();
  }
}

const start = (program: string): Promise<number> =>
  seconds(() => {
    const args = ["--require", "./loader.js", "-e", program];
    return Promise.resolve(spawnSync(process.execPath, args, { cwd: PROJECT_ROOT, stdio: "ignore" }));
  });

async function programStart({ rounds, say }: Context): Promise<Result> {
  say("start of the program: loading index.ts against loading @pulumi/pulumi alone");
  const [ours, sdk]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await start('require("./index.ts")'));
    sdk.push(await start('require("@pulumi/pulumi")'));
  }
  return repeated("program start against its SDK", "s", figures(ours), figures(sdk));
}

function upRuns({ workspace: { stack }, rounds, say }: Context): Result {
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
  return repeated("npm run up with nothing to do", "s", figures(Array.from({ length: Math.min(rounds, 3) }, run)));
}

/** 2.5 Gbit/s, in MiB/s: more than most networks have. */
const NETWORK_RATE = 298;

async function modelRuns({ rounds, say }: Context): Promise<Result[]> {
  const results: Result[] = [];
  for (const [rate, what, kind] of [
    [NETWORK_RATE, "2.5 Gbit/s", "curl"],
    [0, "memory speed", "curl"],
    [0, "memory speed", "curl, then sha256sum"],
  ] as const) {
    const title = `model download, ${what}, against ${kind}`;
    say(title);
    const { ours, yardstick } = await downloadRates(rate, kind, Math.min(rounds, 3));
    results.push(repeated(title, "MiB/s", ours, yardstick));
  }
  return results;
}

async function chatRuns({ config, say }: Context, address: string): Promise<Result[]> {
  const { proxied, direct } = chatTargets(config, address);
  const results: Result[] = [];
  for (const clients of [1, 8]) {
    say(`chat completions: ${clients} client(s), through ingress and LiteLLM and directly`);
    const [ours, yardstick] = [await chatLatency(proxied, clients, 30), await chatLatency(direct, clients, 30)];
    const title = `chat, ${clients} client(s)`;
    results.push(measured(`${title}: p50`, "ms", ours.p50, yardstick.p50));
    results.push(measured(`${title}: throughput`, "1/s", ours.requestsPerSecond, yardstick.requestsPerSecond));
  }
  return results;
}

/** Measures a stack that is up, and leaves it so. */
export async function warmRuns(context: Context): Promise<Result[]> {
  const { config, docker, say } = context;
  say("commands of every day, warm");
  return [
    ...dailyRuns(context.workspace.stack, context.rounds),
    upRuns(context),
    ...(await pulumiRuns(context)),
    await programStart(context),
    ...(await withAddress(docker, config, "mcp-gateway", (address) =>
      requestRuns(context, directTarget(config, address)),
    )),
    ...(await modelRuns(context)),
    ...(config.bundles.includes("ai")
      ? await withAddress(docker, config, "llama-cpp", (address) => chatRuns(context, address))
      : []),
  ];
}
