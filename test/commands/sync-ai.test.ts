import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { clientPlace } from "../../commands/clients/places";
import { checkoutFiles, syncCheckout, writeClient } from "../../commands/sync-ai";

let root = "";
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "sync-ai-"))));
afterEach(() => fs.rmSync(root, { recursive: true }));

const FILES = [".mcp.json", ".vscode/mcp.json"];

it("the client files of this checkout are up to date", () => {
  expect(syncCheckout(true)).toEqual([]);
});

it("files are told, written, and told again when somebody edits them", () => {
  expect(syncCheckout(true, root)).toEqual(FILES);
  expect(fs.readdirSync(root)).toEqual([]);
  expect(syncCheckout(false, root)).toEqual(FILES);
  expect(fs.readFileSync(path.join(root, ".mcp.json"), "utf8")).toBe(checkoutFiles()[".mcp.json"]);
  fs.appendFileSync(path.join(root, ".mcp.json"), "x");
  expect(syncCheckout(true, root)).toEqual([".mcp.json"]);
});

it("a link from one to the other gives way to a file", () => {
  syncCheckout(false, root);
  const link = path.join(root, ".vscode/mcp.json");
  fs.rmSync(link);
  fs.symlinkSync("../.mcp.json", link);
  expect(syncCheckout(true, root)).toEqual([".vscode/mcp.json"]);
  expect(syncCheckout(false, root)).toEqual([".vscode/mcp.json"]);
  expect(fs.lstatSync(link).isFile()).toBe(true);
  expect(syncCheckout(true, root)).toEqual([]);
});

describe("a client's own file", () => {
  const file = (): string => path.join(root, "deep/settings.json");
  const write = (text: string): void => {
    fs.mkdirSync(path.dirname(file()), { recursive: true });
    fs.writeFileSync(file(), text, { mode: 0o600 });
  };

  it("is made when there is none", () => {
    expect(writeClient("zed", "dev", file(), false)).toEqual({ file: file(), changed: true, backup: undefined });
    expect(fs.readFileSync(file(), "utf8")).toContain("context_servers");
  });

  it("is kept as it was, beside the new one, which is no more readable than it", () => {
    write('{"a": 1}');
    const { backup = "" } = writeClient("cursor", "dev", file(), false);
    expect(fs.readFileSync(backup, "utf8")).toBe('{"a": 1}');
    expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
    expect(writeClient("cursor", "dev", file(), false)).toEqual({ file: file(), changed: false, backup: undefined });
  });

  it("stays a link, when it is one", () => {
    fs.writeFileSync(path.join(root, "real.json"), "{}");
    fs.symlinkSync(path.join(root, "real.json"), path.join(root, "link.json"));
    writeClient("cursor", "dev", path.join(root, "link.json"), false);
    expect(fs.lstatSync(path.join(root, "link.json")).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(path.join(root, "real.json"), "utf8")).toContain("agent-hub");
  });

  it("that is not valid is left alone, without a backup", () => {
    write('{"a": 1');
    expect(() => writeClient("cursor", "dev", file(), false)).toThrow("line 1, column 8: close brace expected");
    expect([fs.readFileSync(file(), "utf8"), fs.readdirSync(path.dirname(file()))]).toEqual([
      '{"a": 1',
      ["settings.json"],
    ]);
  });
});

it.each([
  ["claude-desktop", "linux", "/h/.config/Claude/claude_desktop_config.json"],
  ["claude-desktop", "darwin", "/h/Library/Application Support/Claude/claude_desktop_config.json"],
  ["zed", "darwin", "/h/.config/zed/settings.json"],
  ["codex", "linux", "/h/.codex/config.toml"],
  ["gemini-cli", "linux", "/h/.gemini/settings.json"],
  ["cursor", "linux", "/h/.cursor/mcp.json"],
] as const)("%s on %s keeps its file at %s", (client, platform, place) => {
  expect(clientPlace(client, { platform, home: "/h", env: {} })).toBe(place);
});
