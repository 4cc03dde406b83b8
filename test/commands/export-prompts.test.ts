import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { PROMPT_DIRECTORY, readPrompts, syncPrompts } from "../../commands/export-prompts";
import { PROJECT_ROOT } from "../../engines/project-root";

let root = "";
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "prompts-"));
  fs.cpSync(path.join(PROJECT_ROOT, PROMPT_DIRECTORY), path.join(root, PROMPT_DIRECTORY), { recursive: true });
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const FILES = ["docker/openwebui/agents.json", "docker/dify/agents.json"];
const edit = (name: string, change: (text: string) => string): void => {
  const file = path.join(root, PROMPT_DIRECTORY, name);
  fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
};

it("the exports of this checkout are up to date", () => {
  expect(syncPrompts(true, PROJECT_ROOT)).toEqual([]);
});

it("exports are told, written, and told again when a prompt changes", () => {
  expect(syncPrompts(true, root)).toEqual(FILES);
  expect(fs.readdirSync(root)).toEqual(["catalogs"]);
  expect(syncPrompts(false, root)).toEqual(FILES);
  expect(syncPrompts(true, root)).toEqual([]);
  edit("researcher.md", (text) => `${text}And be brief.\n`);
  expect(syncPrompts(true, root)).toEqual(FILES);
});

it("nothing is written while a prompt has faults, and all are told", () => {
  edit("researcher.md", (text) => text.replace("fetch: [fetch]", "fetch: []"));
  edit("memory-keeper.md", (text) => text.replace("name: Memory keeper", "nam: Memory keeper"));
  expect(() => syncPrompts(false, root)).toThrow(
    /catalogs\/prompts\/memory-keeper\.md: "nam"[^]*catalogs\/prompts\/researcher\.md: tools\.fetch: names no tool/,
  );
  expect(fs.existsSync(path.join(root, "docker"))).toBe(false);
});

it("a prompt speaks of each server that it lists", () => {
  const silent = readPrompts().flatMap(({ id, tools, system }) =>
    Object.entries(tools)
      .filter(([, names]) => !names.some((name) => system.includes(`\`${name}\``)))
      .map(([server]) => `${id}: ${server}`),
  );
  expect(silent).toEqual([]);
});
