/**
 * Fetches a model, as a process of a graph node (command.local.Command): the plan as JSON on standard input. It can be
 * stopped at any time, and repeated. Exit codes: 0, 1 for a fault, 130 and 143 when it was stopped by SIGINT or SIGTERM.
 */
import { text } from "node:stream/consumers";
import { download } from "./download";
import type { DownloadPlan, Outcome } from "./plan";
import { duration, size } from "./progress";

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

function result({ target }: DownloadPlan, { status, bytes, sha256, transfer }: Outcome): string {
  const how = status === "present" ? "is there" : `is fetched (${duration(transfer.seconds)})`;
  return `${target} ${how}: ${size(bytes)}, SHA-256 ${sha256}`;
}

async function main(): Promise<void> {
  const stop = new AbortController();
  let stopped: number | undefined;
  for (const [name, code] of Object.entries(SIGNALS)) {
    // The second one ends the process at once.
    process.once(name, () => {
      stopped = code;
      stop.abort();
    });
  }
  try {
    const plan = JSON.parse(await text(process.stdin)) as DownloadPlan;
    console.log(result(plan, await download(plan, { signal: stop.signal })));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = stopped ?? 1;
  }
}

if (require.main === module) void main();
