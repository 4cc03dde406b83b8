/** Client files against what each client accepts; the schemas say where that is written. */
import { parse as parseToml } from "smol-toml";
import {
  CLIENTS,
  clientFile,
  projectFile,
  vscodeFile,
  type ClientName,
  type ClientPlan,
} from "../../services/client-files";
import { coreEndpoints } from "../../services/endpoints";
import { CLAUDE_CODE, CLIENT_SCHEMAS, VSCODE } from "../support/client-schemas";
import { configOf } from "../support/config";

const endpoints = coreEndpoints(configOf());
const WITHOUT_AND_WITH = [
  ["without signing in", { endpoints, signIn: false }],
  ["with a token", { endpoints, signIn: true }],
] as const;

const read = (text: string): unknown => JSON.parse(text);

describe.each(WITHOUT_AND_WITH)("the files of a checkout, %s,", (_how, plan) => {
  it("are two, because VS Code's schema allows no mcpServers beside servers", () => {
    expect(VSCODE.safeParse(read(vscodeFile(plan))).error).toBeUndefined();
    expect(VSCODE.safeParse(read(projectFile(plan))).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["mcpServers"] },
    ]);
  });

  it("are not one for Claude Code either, which needs mcpServers and does not mind servers", () => {
    expect(CLAUDE_CODE.safeParse(read(projectFile(plan))).error).toBeUndefined();
    expect(CLAUDE_CODE.safeParse(read(vscodeFile(plan))).error?.issues).toMatchObject([{ path: ["mcpServers"] }]);
  });

  it("have servers that VS Code takes in .mcp.json, too", () => {
    const { mcpServers: _other, ...rest } = read(projectFile(plan)) as Record<string, unknown>;
    expect(VSCODE.safeParse(rest).error).toBeUndefined();
  });
});

/** A client's file as the client reads it. */
function fileOf(client: ClientName, plan: ClientPlan): Record<string, Record<string, object>> {
  const text = clientFile(CLIENTS[client], plan);
  const value = CLIENTS[client].syntax === "toml" ? JSON.parse(JSON.stringify(parseToml(text))) : read(text);
  return value as Record<string, Record<string, object>>;
}

const EVERY_FILE = (Object.keys(CLIENTS) as ClientName[]).flatMap((client) =>
  WITHOUT_AND_WITH.map(([how, plan]) => [client, how, plan] as const),
);

describe.each(EVERY_FILE)("the file of %s, %s,", (client, _how, plan) => {
  const { key } = CLIENTS[client];

  it("is what its schema or documentation allows", () => {
    expect(CLIENT_SCHEMAS[client].safeParse(fileOf(client, plan)).error).toBeUndefined();
  });

  it("names both servers", () => {
    expect(Object.keys(fileOf(client, plan)[key] ?? {})).toEqual(["agent-hub", "mcp-nixos"]);
  });

  it.each([
    ["a field that it does not know", { adress: "x" }],
    ["an address that is none", { url: "x", httpUrl: "x", args: "x" }],
  ])("would not do with %s", (_what, wrong) => {
    const servers = fileOf(client, plan)[key] ?? {};
    const spoilt = { [key]: { ...servers, "agent-hub": { ...servers["agent-hub"], ...wrong } } };
    expect(CLIENT_SCHEMAS[client].safeParse(spoilt).success).toBe(false);
  });
});

it.each(WITHOUT_AND_WITH)("%s, no file of one client is taken for another's where their keys differ", (_how, plan) => {
  expect(CLIENT_SCHEMAS.codex.safeParse(fileOf("zed", plan)).success).toBe(false);
  expect(CLIENT_SCHEMAS["claude-desktop"].safeParse(fileOf("cursor", plan)).success).toBe(false);
});
