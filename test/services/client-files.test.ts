import { parse as parseToml } from "smol-toml";
import { CLIENTS, clientFile, projectFile, vscodeFile, type ClientName } from "../../services/client-files";
import { coreEndpoints } from "../../services/endpoints";
import { CLAUDE_CODE, CLIENT_SCHEMAS, VSCODE } from "../support/client-schemas";
import { configOf } from "../support/config";

const ENDPOINTS = coreEndpoints(configOf());
const URLS = ["http://127.0.0.1:8811/mcp", "http://127.0.0.1:8811/mcp/nixos"];
const read = (text: string): unknown => JSON.parse(text);

describe("the files of a checkout", () => {
  it("are two, because VS Code's schema allows no mcpServers beside servers", () => {
    expect(VSCODE.safeParse(read(vscodeFile(ENDPOINTS))).error).toBeUndefined();
    expect(VSCODE.safeParse(read(projectFile(ENDPOINTS))).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["mcpServers"] },
    ]);
  });

  it("are not one for Claude Code either, which needs mcpServers and does not mind servers", () => {
    expect(CLAUDE_CODE.safeParse(read(projectFile(ENDPOINTS))).error).toBeUndefined();
    expect(CLAUDE_CODE.safeParse(read(vscodeFile(ENDPOINTS))).error?.issues).toMatchObject([{ path: ["mcpServers"] }]);
  });

  it("have the same servers under every name, each by its type", () => {
    const servers = Object.fromEntries(
      ["agent-hub", "mcp-nixos"].map((name, index) => [name, { type: "http", url: URLS[index] }]),
    );
    expect(read(projectFile(ENDPOINTS))).toEqual({ mcpServers: servers, servers });
    expect(read(vscodeFile(ENDPOINTS))).toEqual({ servers });
  });
});

const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** A client's file as the client reads it. */
function fileOf(client: ClientName): unknown {
  const text = clientFile(CLIENTS[client], ENDPOINTS);
  return CLIENTS[client].syntax === "toml" ? JSON.parse(JSON.stringify(parseToml(text))) : read(text);
}

describe.each(CLIENT_NAMES)("the file of %s", (client) => {
  const schema = CLIENT_SCHEMAS[client];

  it("is what its schema or documentation allows", () => {
    expect(schema.safeParse(fileOf(client)).error).toBeUndefined();
  });

  it("names both servers, and their addresses", () => {
    const servers = Object.entries((fileOf(client) as Record<string, object>)[CLIENTS[client].key] ?? {});
    expect(servers.map(([name]) => name)).toEqual(["agent-hub", "mcp-nixos"]);
    expect(servers.map(([, entry]) => Object.values(entry).flat())).toEqual(
      URLS.map((url) => expect.arrayContaining([url])),
    );
  });

  it("would not do with a field that the client does not know", () => {
    const { key, entry } = CLIENTS[client];
    const wrong = { [key]: { "agent-hub": { ...entry(URLS[0] ?? ""), adress: URLS[0] } } };
    expect(schema.safeParse(wrong).success).toBe(false);
  });
});

it("no file of one client is taken for another's where their keys differ", () => {
  expect(CLIENT_SCHEMAS.codex.safeParse(fileOf("zed")).success).toBe(false);
  expect(CLIENT_SCHEMAS["claude-desktop"].safeParse(fileOf("cursor")).success).toBe(false);
});
