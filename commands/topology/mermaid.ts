/** A topology as a Mermaid flowchart: pure. Syntax: https://mermaid.js.org/syntax/flowchart.html */
import type { NodeKind, Topology, TopologyNode } from "../../services/topology";

const SHAPES: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  client: ["([", "])"],
  service: ["[", "]"],
  server: ["(", ")"],
  volume: ["[(", ")]"],
  model: ["{{", "}}"],
};

const ARROWS = { calls: "-->", starts: "==>", mounts: "-.->" } as const;

/** Quotes end a label, and Mermaid reads # as the start of a character's name. */
const label = (text: string): string => `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"`;

const nodeText = ({ name, details }: TopologyNode): string =>
  label(details.length > 0 ? `${name}<br/>${details.join(", ")}` : name);

/** A flowchart from left to right. */
export function topologyMermaid({ nodes, edges, networks }: Topology): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  return [
    "flowchart LR",
    ...networks.map(({ name, services }) => `  %% network ${name}: ${services.join(", ")}`),
    ...nodes.map((one) => `  ${ids.get(one.id)}${SHAPES[one.kind][0]}${nodeText(one)}${SHAPES[one.kind][1]}`),
    ...edges.map(({ from, to, kind, labels }) => {
      const text = labels.length > 0 ? `|${label(labels.join(", "))}|` : "";
      return `  ${ids.get(from)} ${ARROWS[kind]}${text} ${ids.get(to)}`;
    }),
  ].join("\n");
}
