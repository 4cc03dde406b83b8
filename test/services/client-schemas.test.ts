/** Client files against what each client accepts; the schemas say where that is written. */
import { parse as parseToml } from "smol-toml";
import { CLIENTS, clientFile, projectFile, vscodeFile, type ClientName } from "../../services/client-files";
import { coreEndpoints } from "../../services/endpoints";
import { CLAUDE_CODE, CLIENT_SCHEMAS, VSCODE } from "../support/client-schemas";
import { configOf } from "../support/config";

/** What the files are made for. */
const PLAN = coreEndpoints(configOf());

const read = (text: string): unknown => JSON.parse(text);

describe("the files of a checkout", () => {
  it("are two, because VS Code's schema allows no mcpServers beside servers", () => {
    expect(VSCODE.safeParse(read(vscodeFile(PLAN))).error).toBeUndefined();
    expect(VSCODE.safeParse(read(projectFile(PLAN))).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["mcpServers"] },
    ]);
  });

  it("are not one for Claude Code either, which needs mcpServers and does not mind servers", () => {
    expect(CLAUDE_CODE.safeParse(read(projectFile(PLAN))).error).toBeUndefined();
    expect(CLAUDE_CODE.safeParse(read(vscodeFile(PLAN))).error?.issues).toMatchObject([{ path: ["mcpServers"] }]);
  });

  it("have servers that VS Code takes in .mcp.json, too", () => {
    const { mcpServers: _other, ...rest } = read(projectFile(PLAN)) as Record<string, unknown>;
    expect(VSCODE.safeParse(rest).error).toBeUndefined();
  });
});

/** A client's file as the client reads it. */
function fileOf(client: ClientName): Record<string, Record<string, object>> {
  const text = clientFile(CLIENTS[client], PLAN);
  const value = CLIENTS[client].syntax === "toml" ? JSON.parse(JSON.stringify(parseToml(text))) : read(text);
  return value as Record<string, Record<string, object>>;
}

describe.each(Object.keys(CLIENTS) as ClientName[])("the file of %s", (client) => {
  const { key } = CLIENTS[client];

  it("is what its schema or documentation allows", () => {
    expect(CLIENT_SCHEMAS[client].safeParse(fileOf(client)).error).toBeUndefined();
  });

  it("names both servers", () => {
    expect(Object.keys(fileOf(client)[key] ?? {})).toEqual(["agent-hub", "mcp-nixos"]);
  });

  it.each([
    ["a field that it does not know", { adress: "x" }],
    ["an address that is none", { url: "x", httpUrl: "x", args: "x" }],
  ])("would not do with %s", (_what, wrong) => {
    const servers = fileOf(client)[key] ?? {};
    const spoilt = { [key]: { ...servers, "agent-hub": { ...servers["agent-hub"], ...wrong } } };
    expect(CLIENT_SCHEMAS[client].safeParse(spoilt).success).toBe(false);
  });
});

it("no file of one client is taken for another's where their keys differ", () => {
  expect(CLIENT_SCHEMAS.codex.safeParse(fileOf("zed")).success).toBe(false);
  expect(CLIENT_SCHEMAS["claude-desktop"].safeParse(fileOf("cursor")).success).toBe(false);
});
