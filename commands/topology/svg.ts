/** A topology as an SVG picture that needs nothing else, in dark and light: pure. */
import dagre from "@dagrejs/dagre";
import type { Topology, TopologyEdge, TopologyNode } from "../../services/topology";

/** Sizes in pixels; a character of the label's font is about this wide. */
const CHARACTER = 7.2;
const LINE = 17;
const PADDING = 14;
const MARGIN = 20;

interface Placed {
  readonly node: TopologyNode;
  /** Middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Drawn {
  readonly edge: TopologyEdge;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Middle of the label. */
  readonly x: number;
  readonly y: number;
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
const round = (value: number): number => Math.round(value * 10) / 10;

const linesOf = ({ name, details }: TopologyNode): string[] =>
  details.length > 0 ? [name, details.join(" · ")] : [name];
const widthOf = (lines: readonly string[]): number => Math.max(...lines.map(({ length }) => length)) * CHARACTER;

function layout({ nodes, edges }: Topology) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 70, marginx: MARGIN, marginy: MARGIN });
  for (const node of nodes) {
    const lines = linesOf(node);
    graph.setNode(node.id, { width: widthOf(lines) + 2 * PADDING, height: lines.length * LINE + PADDING });
  }
  edges.forEach((edge, index) => {
    const label = { width: edge.labels.length > 0 ? widthOf(edge.labels) : 0, height: edge.labels.length * LINE };
    graph.setEdge(edge.from, edge.to, { ...label, labelpos: "c" }, String(index));
  });
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const placed = nodes.map((node): Placed => ({ node, ...(graph.node(node.id) as Omit<Placed, "node">) }));
  const drawn = edges.map((edge, index): Drawn => {
    const found = graph.edge({ v: edge.from, w: edge.to, name: String(index) }) as Omit<Drawn, "edge">;
    return { edge, points: found.points, x: found.x, y: found.y };
  });
  return { width, height, placed, drawn };
}

const texts = (lines: readonly string[], x: number, y: number): string =>
  lines
    .map((line, index) => {
      const dy = y + (index - (lines.length - 1) / 2) * LINE;
      const style = index > 0 ? ' class="detail"' : "";
      return `<text${style} x="${round(x)}" y="${round(dy)}">${escape(line)}</text>`;
    })
    .join("");

function nodeShape({ node, x, y, width, height }: Placed): string {
  const radius = node.kind === "service" ? 4 : height / 2;
  const box = `x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}"`;
  const title = `<title>${escape(`${node.kind} ${[node.name, ...node.details].join(", ")}`)}</title>`;
  return `<g class="${node.kind}">${title}<rect ${box} rx="${round(radius)}"/>${texts(linesOf(node), x, y)}</g>`;
}

function edgeShape({ edge, points, x, y }: Drawn): string {
  const path = points.map((point, index) => `${index === 0 ? "M" : "L"}${round(point.x)} ${round(point.y)}`).join(" ");
  const label = edge.labels.length === 0 ? "" : `<g class="label">${texts(edge.labels, x, y)}</g>`;
  return `<path class="${edge.kind}" d="${path}" marker-end="url(#arrow)"/>${label}`;
}

const STYLE = `
    svg { --ink: #1f2328; --paper: #ffffff; --line: #6e7781; --service: #ddf4ff; --server: #dafbe1; --store: #fff8c5; --soft: #57606a; }
    @media (prefers-color-scheme: dark) {
      svg { --ink: #e6edf3; --paper: #0d1117; --line: #8b949e; --service: #123a5c; --server: #12402a; --store: #4a3b06; --soft: #9da7b1; }
    }
    rect.paper { fill: var(--paper); stroke: none; }
    text { fill: var(--ink); font: 12px ui-monospace, "DejaVu Sans Mono", monospace; text-anchor: middle; dominant-baseline: central; }
    .detail { fill: var(--soft); font-size: 11px; }
    rect { stroke: var(--line); }
    .client rect { fill: var(--paper); } .service rect { fill: var(--service); }
    .server rect { fill: var(--server); } .volume rect, .model rect { fill: var(--store); }
    path { fill: none; stroke: var(--line); } .mounts { stroke-dasharray: 4 3; } .starts { stroke-width: 2; }
    #arrow path { fill: var(--line); stroke: none; }
    .label text { stroke: var(--paper); stroke-width: 4; paint-order: stroke; font-size: 11px; }
    .legend text { text-anchor: start; fill: var(--soft); }`;

/** One SVG element. */
export function topologySvg(topology: Topology): string {
  const { width, height, placed, drawn } = layout(topology);
  const legend = topology.networks.map(({ name, services }) => `network ${name}: ${services.join(", ")}`);
  const lines = ["box: service and its networks; solid line: calls; thick: starts; dashed: on disk", ...legend];
  const full = { width: Math.max(width, widthOf(lines) + 2 * MARGIN), height: height + lines.length * LINE + MARGIN };
  const texted = lines.map(
    (line, index) => `<text x="${MARGIN}" y="${round(height + index * LINE)}">${escape(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(full.width)} ${round(full.height)}" width="${round(full.width)}" height="${round(full.height)}" role="img" aria-labelledby="title">`,
    `  <title id="title">Topology of the stack ${escape(topology.stack)}</title>`,
    `  <style>${STYLE}\n  </style>`,
    '  <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker></defs>',
    '  <rect class="paper" width="100%" height="100%"/>',
    ...drawn.map((one) => `  ${edgeShape(one)}`),
    ...placed.map((one) => `  ${nodeShape(one)}`),
    `  <g class="legend">${texted.join("")}</g>`,
    "</svg>",
  ].join("\n");
}
