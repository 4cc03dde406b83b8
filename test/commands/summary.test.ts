import { endpointTable, nextStep } from "../../commands/summary";

const ENDPOINTS = [
  { name: "mcp", url: "http://127.0.0.1:8811/mcp", description: "Every server" },
  { name: "mcp-nixos", url: "http://127.0.0.1:8811/mcp/nixos", description: "Packages" },
];

/** Without colours, which depend on the terminal. */
const plain = (text: string): string[] => text.split("\n").map((line) => line.replace(/\u001b\[\d+m/g, "").trimEnd());

it("the table of endpoints has a line for each, in columns without rules", () => {
  expect(plain(endpointTable(ENDPOINTS))).toEqual([
    "Endpoint   URL                              What it is",
    "mcp        http://127.0.0.1:8811/mcp        Every server",
    "mcp-nixos  http://127.0.0.1:8811/mcp/nixos  Packages",
  ]);
});

it("the next step is what an MCP client wants: JSON with the first endpoint", () => {
  const [json = ""] = /\{.*\}/.exec(nextStep(ENDPOINTS)) ?? [];
  expect(JSON.parse(json)).toEqual({
    mcpServers: { "agent-hub": { type: "http", url: "http://127.0.0.1:8811/mcp" } },
  });
});

it("the next step names the start page", () => {
  expect(nextStep(ENDPOINTS)).toContain("Or open http://127.0.0.1:8811/ in a browser");
});

it("the next step names the commands to go on with", () => {
  expect(nextStep(ENDPOINTS).match(/npm run (-s )?\w+/g)).toEqual(["npm run tools", "npm run -s env", "npm run down"]);
});

it.each(["token", "basic"] as const)("with auth %s it says how to get a token, and shows where it goes", (auth) => {
  const text = nextStep(ENDPOINTS, auth);
  expect(text).toContain("npm run -s mcp-token -- add NAME");
  expect(JSON.parse(/\{"mcp.*\}/.exec(text)?.[0] ?? "")).toEqual({
    mcpServers: {
      "agent-hub": {
        type: "http",
        url: "http://127.0.0.1:8811/mcp",
        headers: { Authorization: "Bearer ${MCP_GATEWAY_TOKEN}" },
      },
    },
  });
});
