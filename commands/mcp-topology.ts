/** `npm run mcp-topology`: the graph of the stack, from its plan. No engine is asked. */
import { writeFileSync } from "node:fs";
import type { Config } from "../config";
import { planByNames } from "../prepare";
import type { Topology } from "../services/topology";
import { planTopology } from "../start-page";
import { say } from "./ask";
import { readConfig } from "./stack-config";

/** Ways to show it. */
export type Format = "text" | "mermaid" | "svg" | "json";

export interface TopologyOptions {
  readonly stack: string;
  readonly format: Format;
  readonly json?: boolean;
  readonly output?: string;
}

/** The graph of a config. @throws StackFaults when it cannot be planned */
export const stackTopology = (config: Config): Topology => planTopology(config, planByNames(config));

/** Loads a format when it is asked for: the layout of pictures takes its time. Node's own import() would not go through the loader. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const load = <T>(name: string): T => require(`./topology/${name}`) as T;

function rendered(topology: Topology, format: Format): string {
  if (format === "json") return JSON.stringify(topology, null, 2);
  if (format === "mermaid") return load<typeof import("./topology/mermaid")>(format).topologyMermaid(topology);
  if (format === "svg") return load<typeof import("./topology/svg")>(format).topologySvg(topology);
  return load<typeof import("./topology/text")>(format).topologyText(topology);
}

/** Prints the graph, or writes it to a file. */
export function mcpTopology({ stack, format, json, output }: TopologyOptions): void {
  const text = rendered(stackTopology(readConfig(stack)), json ? "json" : format);
  if (output === undefined) return void process.stdout.write(`${text}\n`);
  writeFileSync(output, `${text}\n`);
  say(`wrote ${output}`);
}
