/** MCP requests by few and by many clients, through the ingress against the gateway directly. */
import type { Context } from "./context";
import { latency, REQUEST_NAMES, type RequestName, type Target } from "./requests";
import { repeated, type Result } from "./result";
import { figures, type Latency } from "./statistics";

/** Clients at once, and requests of each. A session of `tools/call` holds a server's process, so there are few. */
const LOADS: readonly { readonly name: RequestName; readonly clients: number; readonly count: number }[] = [
  ...REQUEST_NAMES.map((name) => ({ name, clients: 1, count: 200 })),
  { name: "ping", clients: 32, count: 100 },
  { name: "tools/list", clients: 32, count: 50 },
];

/** Of ping and tools/list, which do next to nothing behind the gateway. */
const TARGETS = {
  p50: { of: "added", atMost: 0.5 },
  p99: { of: "added", atMost: 2 },
  requestsPerSecond: { of: "ratio", atLeast: 0.9 },
} as const;
const UNITS = { p50: "ms", p99: "ms", requestsPerSecond: "1/s" } as const;

/** Repetitions of each load. */
const LOAD_ROUNDS = 3;

async function loadRuns({ name, clients, count }: (typeof LOADS)[number], ingress: Target, gateway: Target) {
  const [one, two]: [Latency[], Latency[]] = [[], []];
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    one.push(await latency(ingress, name, clients, count));
    two.push(await latency(gateway, name, clients, count));
  }
  return (["p50", "p99", "requestsPerSecond"] as const).map((key) => {
    const of = (all: readonly Latency[]) => figures(all.map((each) => each[key]));
    const what = `${name}, ${clients} client(s): ${key === "requestsPerSecond" ? "throughput" : key}`;
    const target = name === "tools/call" ? undefined : TARGETS[key];
    return repeated(what, UNITS[key], of(one), of(two), target);
  });
}

/** Measures each load. `gateway` is the gateway at an address that this machine reaches. */
export async function requestRuns({ target, say }: Context, gateway: Target): Promise<Result[]> {
  const results: Result[] = [];
  for (const load of LOADS) {
    say(`${load.name}: ${load.clients} client(s), ${load.count} requests each, through the ingress and directly`);
    results.push(...(await loadRuns(load, target, gateway)));
  }
  return results;
}
