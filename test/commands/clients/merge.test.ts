import { mergeJson } from "../../../commands/clients/merge";
import { mergeToml } from "../../../commands/clients/merge-toml";

const ENTRIES = { "agent-hub": { url: "http://localhost/mcp" } };
const input = (text: string, replace = false) => ({
  file: "client.json",
  text,
  key: "mcpServers",
  entries: ENTRIES,
  replace,
});

describe("a client's JSON", () => {
  it.each([
    ["that is empty", "", { mcpServers: ENTRIES }],
    ["with other keys", '{"theme": "dark"}', { theme: "dark", mcpServers: ENTRIES }],
    ["with other servers", '{"mcpServers": {"a": {"url": "x"}}}', { mcpServers: { a: { url: "x" }, ...ENTRIES } }],
  ])("%s keeps what it has", (_what, text, expected) => {
    expect(JSON.parse(mergeJson(input(text), false))).toEqual(expected);
  });

  it("keeps its comments, where it may have some", () => {
    const merged = mergeJson(input('{\n  // mine\n  "theme": "dark", // nice\n}\n'), true);
    expect(merged).toContain('{\n  // mine\n  "theme": "dark",');
    expect(merged).toContain("// nice");
  });

  it("is not touched when everything is there", () => {
    const text = mergeJson(input('{"a":1}'), false);
    expect(mergeJson(input(text), false)).toBe(text);
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', "client.json is not valid JSON at line 3, column 3: comma expected."],
    ["{\n  // why\n}", "client.json is not valid JSON at line 2, column 3: invalid comment token."],
    ['{"a": ', "client.json is not valid JSON at line 1, column 7: value expected."],
  ])("that is not valid is refused with line and column: %j", (text, message) => {
    expect(() => mergeJson(input(text), false)).toThrow(message);
  });

  it.each(["[]", '{"mcpServers": []}', '"text"'])("of another shape is refused: %s", (text) => {
    expect(() => mergeJson(input(text), false)).toThrow(/is not an object\. It was left as it is/);
  });

  it("with a server of the same name gives way only when asked", () => {
    const text = '{"mcpServers": {"agent-hub": {"url": "mine"}}}';
    expect(() => mergeJson(input(text), false)).toThrow(
      "client.json has mcpServers.agent-hub with other content. It was left as it is; take the new one with --replace, or rename yours",
    );
    expect(JSON.parse(mergeJson(input(text, true), false))).toEqual({ mcpServers: ENTRIES });
  });
});

describe("a client's TOML", () => {
  const toml = (text: string, replace = false) => ({ ...input(text, replace), key: "mcp_servers" });
  const TABLE = '[mcp_servers.agent-hub]\nurl = "http://localhost/mcp"\n';

  it.each([
    ["that is empty", "", TABLE],
    ["with other settings", 'model = "x"\n\n[a]\nb = 1', `model = "x"\n\n[a]\nb = 1\n\n${TABLE}`],
    ["that has it", `x = 1\n\n${TABLE}timeout = 5\n`, `x = 1\n\n${TABLE}timeout = 5\n`],
  ])("%s", (_what, text, expected) => {
    expect(mergeToml(toml(text))).toBe(expected);
  });

  it("with a table of the same name gives way only when asked, and only that table", () => {
    const text = 'x = 1\n[mcp_servers."agent-hub"]\nurl = "mine"\n[other]\ny = 2\n';
    expect(() => mergeToml(toml(text))).toThrow("client.json has mcp_servers.agent-hub with other content");
    expect(mergeToml(toml(text, true))).toBe(`x = 1\n${TABLE}\n[other]\ny = 2\n`);
  });

  it.each([
    ["a = 1\nb = [", "client.json is not valid TOML at line 2, column 5: unfinished array. It was left as it is"],
    ['model = "x\n', "client.json is not valid TOML at line 1, column "],
    ["a = 1\na = 2\n", "client.json is not valid TOML at line 2, column "],
    ["mcp_servers = 1\n", "client.json: mcp_servers is not a table. It was left as it is; correct it"],
  ])("that cannot be used is refused with its place: %j", (text, message) => {
    expect(() => mergeToml(toml(text))).toThrow(message);
  });

  it("that has the server inline is not given it twice", () => {
    const same = 'mcp_servers = { agent-hub = { url = "http://localhost/mcp" } }\n';
    expect(mergeToml(toml(same))).toBe(same);
    const mine = same.replace("localhost", "mine");
    expect(() => mergeToml(toml(mine))).toThrow("client.json has mcp_servers.agent-hub with other content");
    expect(() => mergeToml(toml(mine, true))).toThrow(
      `client.json has mcp_servers in a form that is not edited here. It was left as it is; write by hand:\n\n${TABLE}`,
    );
  });

  it("keeps what belongs to the server in tables of its own, and lines that look like tables", () => {
    const text = 'a = """\n[mcp_servers.agent-hub]\n"""\n[mcp_servers.agent-hub.tools.fetch]\napproval = "never"\n';
    expect(mergeToml(toml(text.replace("[mcp_servers.agent-hub]\n", ""), true))).toContain(TABLE);
    expect(() => mergeToml(toml(text, true))).toThrow("is not edited here");
  });
});
