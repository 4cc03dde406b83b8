/** `npm run mcp-logs`: what the services say, several at once in the order of time. */
import { SERVICE_LABEL } from "../engines/container-args";
import { SERVER } from "../engines/of-stack";
import type Docker from "dockerode";
import colors from "picocolors";
import type { Config } from "../config";
import { connect } from "../engines/images/engine";
import { findEngine } from "../prepare";
import { LogReader, sinceSeconds, type LogLine } from "./logs/lines";
import { requireKnown } from "./near-names";
import { NoStack } from "./no-stack";
import { readConfig } from "./stack-config";
import { stackContainers } from "./status/observe";

export interface LogOptions {
  readonly stack: string;
  readonly follow?: boolean;
  readonly since?: string;
  readonly tail: string;
  readonly json?: boolean;
}

/** A container whose log is wanted. */
export interface Source {
  readonly id: string;
  readonly service: string;
  /** What its lines begin with: the service, or the gateway and its server. */
  readonly name: string;
}

const GATEWAY = "mcp-gateway";

/** The containers of the wanted services; none wanted: all. What the gateway started is its own. @throws Error for an unknown service */
export function sourcesOf(containers: readonly Docker.ContainerInfo[], wanted: readonly string[]): Source[] {
  const all = containers.map(({ Id: id, Labels: labels }) => {
    const label = labels[SERVICE_LABEL] ?? "";
    if (label !== SERVER) return { id, service: label, name: label };
    return { id, service: GATEWAY, name: `${GATEWAY}/${labels["docker-mcp-name"] ?? id.slice(0, 12)}` };
  });
  requireKnown(wanted, [...new Set(all.map(({ service }) => service))].sort());
  return all.filter(({ service }) => wanted.length === 0 || wanted.includes(service));
}

const COLOURS = [colors.cyan, colors.green, colors.magenta, colors.yellow, colors.blue, colors.red];

/** How a line is written; names are of one width, with a colour each on a terminal. */
export function lineWriter(sources: readonly Source[], json: boolean): (source: Source, line: LogLine) => string {
  const names = [...new Set(sources.map(({ name }) => name))];
  const width = Math.max(...names.map(({ length }) => length));
  return ({ service, name }, { time, text }) => {
    if (json) return JSON.stringify({ time, service, container: name, text });
    const colour = COLOURS[names.indexOf(name) % COLOURS.length] ?? colors.cyan;
    return names.length === 1 ? text : `${colour(name.padEnd(width))} ${colors.dim("|")} ${text}`;
  };
}

interface Query {
  readonly stdout: true;
  readonly stderr: true;
  readonly timestamps: true;
  readonly tail?: number;
  readonly since?: number;
}

/** The gateway keeps no log of its servers; the engine says so with an error. */
const isWithoutLog = (error: unknown): boolean => /logging driver|does not support reading/.test(String(error));

async function past(docker: Docker, { id }: Source, query: Query): Promise<LogLine[]> {
  try {
    const reader = new LogReader();
    const lines = reader.add(await docker.getContainer(id).logs({ ...query, follow: false }));
    return [...lines, ...reader.end()];
  } catch (error) {
    if (isWithoutLog(error)) return [];
    throw error;
  }
}

/** Until the container ends. A source without log gives nothing. */
async function followOne(docker: Docker, { id }: Source, query: Query, each: (line: LogLine) => void): Promise<void> {
  const reader = new LogReader();
  let stream: NodeJS.ReadableStream;
  try {
    stream = await docker.getContainer(id).logs({ ...query, follow: true });
  } catch (error) {
    if (isWithoutLog(error)) return;
    throw error;
  }
  for await (const piece of stream) reader.add(piece as Buffer).forEach(each);
  reader.end().forEach(each);
}

/** A log ends with its container, or breaks off with the engine. @throws Error that says so when the engine is gone */
async function followAll(config: Config, follow: () => Promise<unknown>): Promise<void> {
  try {
    await follow();
  } catch (error) {
    await findEngine(config);
    throw error;
  }
  await findEngine(config);
}

const byTime = (a: { readonly line: LogLine }, b: { readonly line: LogLine }): number =>
  a.line.time < b.line.time ? -1 : Number(a.line.time > b.line.time);

function queryOf({ since, tail }: LogOptions): Query {
  const lines = Number(tail);
  if (tail !== "all" && !(Number.isInteger(lines) && lines >= 0))
    throw new Error(`--tail: "${tail}" is no number of lines; write one, or all`);
  return {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(tail === "all" ? {} : { tail: lines }),
    ...(since === undefined ? {} : { since: sinceSeconds(since, Date.now()) }),
  };
}

/** Prints the logs of these services; of all, if none is named. */
export async function mcpLogs(services: readonly string[], options: LogOptions): Promise<void> {
  const query = queryOf(options);
  const config = readConfig(options.stack);
  const docker = connect((await findEngine(config)).host);
  const containers = await stackContainers(docker, config);
  if (containers.length === 0) throw new NoStack(config.stack);
  const sources = sourcesOf(containers, services);
  const write = lineWriter(sources, options.json ?? false);
  const print = (source: Source, line: LogLine): void => void process.stdout.write(`${write(source, line)}\n`);
  if (options.follow) {
    await followAll(config, () =>
      Promise.all(sources.map((source) => followOne(docker, source, query, (line) => print(source, line)))),
    );
    return;
  }
  const logs = await Promise.all(
    sources.map(async (source) => (await past(docker, source, query)).map((line) => ({ source, line }))),
  );
  for (const { source, line } of logs.flat().sort(byTime)) print(source, line);
}
