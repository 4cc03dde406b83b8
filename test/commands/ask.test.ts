import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";

const ROOT = path.resolve(__dirname, "../..");
const SCRIPT = `
const { askYes, interactive } = require("./commands/ask");
askYes("Go on?").then((answer) => console.log(JSON.stringify({ answer, interactive: interactive() })));
`;

/** Asks in a process of its own, which gets this line to read. */
async function asked(answer: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--require", "./loader.js", "-e", SCRIPT], { cwd: ROOT });
  child.stdin.end(`${answer}\n`);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout: stdout.trim(), stderr };
}

it.each([
  ["y", true],
  ["", true],
  ["YES", true],
  [" y ", true],
  ["n", false],
  ["yesterday", false],
])("the answer %j means %s", async (line, answer) => {
  expect((await asked(line)).stdout).toBe(JSON.stringify({ answer, interactive: false }));
});

it("the question goes to standard error, with what Enter means", async () => {
  expect((await asked("y")).stderr).toBe("Go on? [Y/n] ");
});
