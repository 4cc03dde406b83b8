import { stackTopology } from "../../commands/mcp-topology";
import { topologyMermaid } from "../../commands/topology/mermaid";
import { topologySvg } from "../../commands/topology/svg";
import { topologyText } from "../../commands/topology/text";
import { topologyOf } from "../../services/topology";
import { configOf } from "../support/config";
import { spec } from "../support/spec";

const CORE = stackTopology(configOf({ servers: "time,memory" }));
const SOCKET = stackTopology(configOf({ servers: "time,memory", gatewayMode: "socket" }));
const AI = stackTopology(configOf({ servers: "time", bundles: "ai" }));

const calls = ({ edges }: typeof CORE): string[] =>
  edges.filter(({ kind }) => kind === "calls").map(({ from, to }) => `${from} ${to}`.replace(/\w+:/g, ""));

it("the core's calls are those of its configuration files", () => {
  expect(calls(CORE)).toEqual([
    "clients traefik",
    "traefik mcp-router",
    "mcp-router mcp-gateway",
    "mcp-router mcp-nixos-http",
    "mcp-gateway time",
    "mcp-gateway memory",
  ]);
});

it("a bundle adds its own calls", () => {
  expect(calls(AI).filter((call) => !calls(CORE).includes(call))).toEqual([
    "traefik open-webui",
    "traefik llm-proxy",
    "open-webui mcp-router",
    "open-webui llm-proxy",
    "llm-proxy llama-cpp",
    "llm-proxy whisper-cpp",
  ]);
});

it("who may talk to whom is told by network", () => {
  expect(CORE.networks).toEqual([
    { name: "edge", services: ["traefik", "mcp-router"] },
    { name: "edge-outside", services: ["traefik"] },
    { name: "mcp", services: ["mcp-router", "mcp-gateway", "mcp-nixos-http"] },
    { name: "mcp-servers", services: ["mcp-gateway", "mcp-time", "mcp-memory"] },
    { name: "mcp-outside", services: ["mcp-nixos-http"] },
  ]);
});

it("servers that the gateway starts are told so, and their volumes are directories of the data directory", () => {
  const own = SOCKET.edges.filter(({ from, kind }) => kind === "starts" || from.startsWith("server:"));
  expect(own).toEqual([
    { from: "service:mcp-gateway", to: "server:time", kind: "starts", labels: [] },
    { from: "service:mcp-gateway", to: "server:memory", kind: "starts", labels: [] },
    { from: "server:memory", to: "volume:mcp-memory", kind: "mounts", labels: [] },
  ]);
});

it("models belong to their servers", () => {
  expect(AI.edges.filter(({ to }) => to.startsWith("model:")).map(({ from }) => from)).toEqual([
    "service:llama-cpp",
    "service:whisper-cpp",
  ]);
});

it("routes of a bundle are there when it is on", () => {
  const routes = ({ routes }: typeof CORE): string[] => routes.map(({ route }) => route);
  expect(routes(CORE)).toEqual(["http://127.0.0.1:8811/mcp", "http://127.0.0.1:8811/mcp/nixos"]);
  expect(routes(AI).slice(2)).toEqual(["http://webui.localhost:8811", "http://127.0.0.1:8811/llm/v1"]);
});

it("every edge leads from a node to a node", () => {
  const ids = new Set(AI.nodes.map(({ id }) => id));
  expect(AI.edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
});

it("a service that is only mentioned, and is not in reach, is not called", () => {
  const texts = { A: "http://near:1", B: "http://far:1", C: "http://not-near:1" };
  const services = [
    spec({ name: "one", networks: ["mcp"], environment: texts }),
    spec({ name: "near", networks: ["mcp"] }),
    spec({ name: "far", networks: ["ai"] }),
    spec({ name: "ear", networks: ["mcp"] }),
  ];
  const graph = topologyOf({ config: configOf(), services, servers: [], volumes: {}, models: [] });
  expect(calls(graph).slice(1)).toEqual(["one near"]);
});

it("the text is a tree", () => {
  const lines = topologyText(CORE)
    .replace(/\u001b\[\d+m/g, "")
    .split("\n");
  expect(lines.slice(0, 8)).toEqual([
    "clients",
    "└─ → traefik [edge, edge-outside]  http://127.0.0.1:8811",
    "   └─ → mcp-router [edge, mcp]",
    "      ├─ → mcp-gateway [mcp, mcp-servers]  /mcp",
    "      │  ├─ → time [no network]",
    "      │  └─ → memory [no network]",
    "      │     └─ on disk: mcp-memory",
    "      ├─ → mcp-nixos-http [mcp, mcp-outside]  /mcp/nixos",
  ]);
});

it("Mermaid has a line for each node and edge, and quotes what could end a label", () => {
  const odd = { ...CORE, nodes: CORE.nodes.map((node) => ({ ...node, name: `a"#${node.name}` })) };
  const lines = topologyMermaid(odd).split("\n");
  expect(lines.filter((line) => /^ {2}n\d+\W/.test(line))).toHaveLength(CORE.nodes.length + CORE.edges.length);
  expect(lines).toContain('  n1["a#quot;#35;traefik<br/>edge, edge-outside"]');
});

it("the picture holds every node and edge, and what is text stays text", () => {
  const odd = { ...AI, stack: "<b>&" };
  const svg = topologySvg(odd);
  expect(svg.match(/marker-end/g)).toHaveLength(AI.edges.length);
  expect(AI.nodes.filter(({ name }) => !svg.includes(`>${name}</text>`))).toEqual([]);
  expect(svg).toContain('<title id="title">Topology of the stack &lt;b&gt;&amp;</title>');
});
