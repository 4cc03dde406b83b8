import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";

const ROOT = path.resolve(__dirname, "../..");
const SCRIPT = `
const { askYes, interactive } = require("./commands/ask");
askYes("Go on?").then(
  (answer) => console.log(JSON.stringify({ answer, interactive: interactive() })),
  (error) => { console.error(error.message); process.exitCode = 1; },
);
`;
/** Gives the process a terminal's keys: what readline takes for one is where it writes. */
const TERMINAL = "process.stderr.isTTY = true;";
/** What newer Node.js does at Ctrl-C. */
const REJECTING = `
require("node:readline/promises").Interface.prototype.question = function () {
  setImmediate(() => this.close());
  return Promise.reject(Object.assign(new Error("Aborted with Ctrl+C"), { name: "AbortError" }));
};
`;

/** Asks in a process of its own, which gets this to read. */
async function asked(input: string, before = "") {
  const child = spawn(process.execPath, ["--require", "./loader.js", "-e", before + SCRIPT], { cwd: ROOT });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout: stdout.trim(), stderr, code: await ended };
}

it.each([
  ["y", true],
  ["", true],
  ["YES", true],
  [" y ", true],
  ["n", false],
  ["yesterday", false],
])("the answer %j means %s", async (line, answer) => {
  expect((await asked(`${line}\n`)).stdout).toBe(JSON.stringify({ answer, interactive: false }));
});

it("the question goes to standard error, with what Enter means", async () => {
  expect((await asked("y\n")).stderr).toBe("Go on? [Y/n] ");
});

it.each([
  ["the end of input", "", ""],
  ["Ctrl-D", "\u0004", TERMINAL],
  ["Ctrl-C", "\u0003", TERMINAL],
  ["Ctrl-C in newer Node.js", "", REJECTING],
])("%s in place of an answer is an error, not the end without a word", async (_what, input, before) => {
  const { stdout, stderr, code } = await asked(input, before);
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  expect(stderr).toMatch(/\nNothing was changed: the question was not answered; repeat the command[^\n]*\n$/);
});
