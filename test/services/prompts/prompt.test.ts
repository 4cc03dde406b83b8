import { parsePrompt } from "../../../services/prompts/prompt";

const FILE = "catalogs/prompts/finder.md";
const HEAD = "name: Finder\ndescription: Finds things\n";
const text = (front: string, body = "You find things.\n"): string => `---\n${front}---\n${body}`;
const read = (content: string, file = FILE) => parsePrompt(file, content, ["fetch", "mcp-nixos"]);

it("a prompt is its front matter and the text below", () => {
  const front = `${HEAD}model: { temperature: 0.2, maxTokens: 512 }\ntools:\n  fetch: [fetch]\nstarters: [Hello]\n`;
  expect(read(text(front, "\nYou find things.\n\n---\nAlways.\n"))).toEqual({
    faults: [],
    prompt: {
      id: "finder",
      name: "Finder",
      description: "Finds things",
      model: { name: "local-chat", temperature: 0.2, maxTokens: 512 },
      tools: { fetch: ["fetch"] },
      starters: ["Hello"],
      system: "You find things.\n\n---\nAlways.",
    },
  });
});

it("needs a name and a description only", () => {
  expect(read(text(HEAD)).prompt).toMatchObject({ model: { name: "local-chat" }, tools: {}, starters: [] });
});

it.each([
  ["You find things.", "has no front matter; begin with ---, name and description, --- and then the prompt"],
  [text("name: [\n"), "the front matter is no YAML: "],
  [text("name: Finder\n"), "description: "],
  [text(`${HEAD}temperature: 1\n`), '"temperature" is no key of a prompt; correct or remove it'],
  [text(`${HEAD}model: { temperature: 9 }\n`), "model.temperature: "],
  [text(`${HEAD}tools: { fetch: [] }\n`), "tools.fetch: names no tool; list some, or leave the server out"],
  [
    text(`${HEAD}tools: { github: [search] }\n`),
    'tools: "github" is no server that is on by default; choose from fetch, mcp-nixos, or remove it',
  ],
  [text(HEAD, "\n"), "has no text after the front matter; write the prompt there"],
])("is refused, as in %j", (content, fault) => {
  const { prompt, faults } = read(content);
  expect(prompt).toBeUndefined();
  expect(faults.some((line) => line.startsWith(`${FILE}: ${fault}`))).toBe(true);
});

it("is refused by the name of its file", () => {
  expect(read(text(HEAD), "catalogs/prompts/My Prompt.md").faults).toEqual([
    "catalogs/prompts/My Prompt.md: name the file in lower-case words joined by hyphens",
  ]);
});
