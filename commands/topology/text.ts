/** A topology as a tree for terminals: pure. */
import colors from "picocolors";
import type { Topology, TopologyEdge } from "../../services/topology";
import { plainTable } from "../table";

const VERBS: Readonly<Record<TopologyEdge["kind"], string>> = { calls: "→", starts: "starts", mounts: "on disk:" };

/** What lies behind a node; a node that was shown before is only named. */
function branch(topology: Topology, id: string, prefix: string, seen: Set<string>): string[] {
  const edges = topology.edges.filter(({ from }) => from === id);
  return edges.flatMap((edge, index) => {
    const last = index === edges.length - 1;
    const known = seen.has(edge.to);
    seen.add(edge.to);
    const found = topology.nodes.find((one) => one.id === edge.to);
    const name = found?.kind === "service" ? colors.bold(found.name) : (found?.name ?? edge.to);
    const details = found?.details.length ? colors.dim(` [${found.details.join(", ")}]`) : "";
    const labels = edge.labels.length > 0 ? `  ${colors.cyan(edge.labels.join(", "))}` : "";
    const more = known && topology.edges.some(({ from }) => from === edge.to) ? colors.dim("  (see above)") : "";
    const line = `${prefix}${last ? "└─" : "├─"} ${VERBS[edge.kind]} ${name}${details}${labels}${more}`;
    return known ? [line] : [line, ...branch(topology, edge.to, `${prefix}${last ? "   " : "│  "}`, seen)];
  });
}

/** Tree, networks and routes. */
export function topologyText(topology: Topology): string {
  const [root] = topology.nodes;
  const start = root?.id ?? "";
  const networks = topology.networks.map(({ name, services }) => [name, services.join(", ")]);
  const routes = topology.routes.map(({ route, service, description }) => [colors.cyan(route), service, description]);
  return [
    root?.name ?? "",
    ...branch(topology, start, "", new Set([start])),
    "",
    plainTable(["Network", "Services that may talk to each other"], networks),
    "",
    plainTable(["Route", "Service", "What it is"], routes),
  ].join("\n");
}
