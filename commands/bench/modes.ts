/**
 * Catalog servers as services of the stack (gatewayMode static) against containers that the gateway starts (socket). The stack is
 * brought up in both modes, with few and many servers, and afterwards as it was.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import { parse, stringify } from "yaml";
import { SERVICE_LABEL } from "../../engines/container-args";
import { PROJECT_ROOT } from "../../engines/images/lock";
import { SOURCE_FILES } from "../../services/catalog/model";
import { PROJECT, stackFile } from "../stack-config";
import { memoryOf, stackContainers } from "../status/observe";
import type { Workspace } from "../workspace";
import { quietPulumi } from "./pulumi";
import { latency, openSessions, type Target } from "./requests";
import { compare, seconds, type Comparison } from "./statistics";

const MODES = ["static", "socket"] as const;
type Mode = (typeof MODES)[number];

/** Servers that can be built everywhere; `time` is in each selection, because it is what calls go to. */
const SERVERS = ["time", "memory", "sequentialthinking", "filesystem", "git", "fetch", "everything"];
/** Beyond those: copies of `time`, whose tools have the names of the first one's, so that the list grows no longer. */
const SIZES = [1, 5, 20];
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => SERVERS[index] ?? `time-${index + 1}`);
/** Sessions that are open, each after a call, while memory is looked at. */
const SESSIONS = 5;

export interface ModeBench {
  readonly workspace: Workspace;
  readonly docker: Docker;
  readonly project: string;
  /** The MCP endpoint at the ingress. */
  readonly target: Target;
  readonly say: (line: string) => void;
}

interface Cost {
  /** Seconds from the gateway's restart to the first list of tools. */
  readonly start: number;
  /** Milliseconds. */
  readonly list: number;
  /** Milliseconds. */
  readonly call: number;
  /** MiB of the gateway and the servers, with `SESSIONS` sessions open. */
  readonly memory: number;
}

type Section = Record<string, unknown>;

/** A file of the checkout with other values, until `restore`. */
function changeable(file: string) {
  const kept = readFileSync(file, "utf8");
  const change = (section: string, added: (present: Section) => Section): void => {
    const document = parse(kept) as Record<string, Section | undefined>;
    const present = document[section] ?? {};
    document[section] = { ...present, ...added(present) };
    writeFileSync(file, stringify(document, { version: "1.1" }));
  };
  return { change, restore: (): void => writeFileSync(file, kept) };
}

/** What a run depends on: the stack's config, and a catalog with so many servers. */
function sources(stack: string) {
  const config = changeable(stackFile(stack));
  const catalog = [SOURCE_FILES.catalog, SOURCE_FILES.registry].map((name) =>
    changeable(path.join(PROJECT_ROOT, name)),
  );
  const configure = (gatewayMode: Mode, count: number): void => {
    const servers = names(count);
    const own = { [`${PROJECT}:gatewayMode`]: gatewayMode, [`${PROJECT}:servers`]: servers.join() };
    config.change("config", () => own);
    const copies = servers.filter((name) => !SERVERS.includes(name));
    for (const file of catalog)
      file.change("registry", ({ time }) => Object.fromEntries(copies.map((name) => [name, time])));
  };
  return { configure, restore: (): void => [config, ...catalog].forEach((file) => file.restore()) };
}

const up = (workspace: Workspace): Promise<void> => quietPulumi(workspace, "up", "--yes", "--skip-preview");

/** Containers of the gateway and of catalog servers. */
async function containers({ docker, project, workspace: { stack } }: ModeBench): Promise<Docker.ContainerInfo[]> {
  const others = ["mcp-router", "mcp-nixos-http"];
  return (await stackContainers(docker, { project, stack })).filter(
    ({ State, Labels: { [SERVICE_LABEL]: service = "" } }) =>
      State === "running" && service.startsWith("mcp-") && !others.includes(service),
  );
}

/** Without the page cache, which the engine counts as used. */
async function memoryMiB(bench: ModeBench): Promise<number> {
  const used = (await containers(bench)).map(async ({ Id }) => {
    return memoryOf(await bench.docker.getContainer(Id).stats({ stream: false })) / 2 ** 20;
  });
  return (await Promise.all(used)).reduce((sum, one) => sum + one, 0);
}

async function startSeconds(bench: ModeBench): Promise<number> {
  const gateway = (await containers(bench)).find(({ Labels }) => Labels[SERVICE_LABEL] === "mcp-gateway");
  if (gateway === undefined) throw new Error(`the gateway of ${bench.workspace.stack} does not run`);
  await bench.docker.getContainer(gateway.Id).stop();
  return seconds(async () => {
    await bench.docker.getContainer(gateway.Id).start();
    for (;;) {
      const listed = await latency(bench.target, "tools/list", 1, 1).catch(() => undefined);
      if (listed !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}

async function cost(bench: ModeBench): Promise<Cost> {
  const start = await startSeconds(bench);
  const list = await latency(bench.target, "tools/list", 1, 100);
  const call = await latency(bench.target, "tools/call", 1, 100);
  const open = await openSessions(bench.target, SESSIONS);
  try {
    await Promise.all(open.map(({ call: ask }) => ask()));
    return { start, list: list.p50, call: call.p50, memory: await memoryMiB(bench) };
  } finally {
    await Promise.all(open.map(({ end }) => end()));
  }
}

function comparisons(count: number, ours: Cost, theirs: Cost): Comparison[] {
  const title = (what: string): string => `static against socket, ${count} server(s): ${what}`;
  return [
    compare(title("start of the gateway"), "s", ours.start, theirs.start),
    compare(title("tools/list p50"), "ms", ours.list, theirs.list),
    compare(title("tools/call p50"), "ms", ours.call, theirs.call),
    compare(title(`memory with ${SESSIONS} sessions`), "MiB", ours.memory, theirs.memory),
  ];
}

/** Measures both modes with each number of servers. @throws Error when the stack cannot come up in one of them */
export async function modeRuns(bench: ModeBench): Promise<Comparison[]> {
  const changed = sources(bench.workspace.stack);
  const results: Comparison[] = [];
  try {
    for (const count of SIZES) {
      const costs = {} as Record<Mode, Cost>;
      for (const gatewayMode of MODES) {
        bench.say(`${count} server(s), gatewayMode ${gatewayMode}`);
        changed.configure(gatewayMode, count);
        await up(bench.workspace);
        costs[gatewayMode] = await cost(bench);
      }
      results.push(...comparisons(count, costs.static, costs.socket));
    }
  } finally {
    changed.restore();
    await up(bench.workspace);
  }
  return results;
}
