/**
 * A test double: an MCP server over stdio that misbehaves. Its argument says how:
 *
 * - crash  ends with 3 as soon as it is started
 * - hang   takes everything and answers nothing
 * - flood  says 40 MB on standard error at the start; its tool sends 32 MB of notifications before it answers
 * - leak   leaves a process in a session of its own each time it is started, so that no signal to its group finds it
 * - die    ends in the middle of a call
 * - stall  answers no call
 * - fork   ends neither with its input nor when it is asked to; its tool starts processes, each in a session of its own, until it gets no more
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const mode = process.argv[2];
const KIBIBYTE = "x".repeat(1023) + "\n";

if (mode === "crash") {
  process.stderr.write("bad-server-double: no database\n");
  process.exit(3);
}
if (mode === "fork") {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 86_399_000);
}
if (mode === "leak") spawn("sleep", ["86399"], { detached: true, stdio: "ignore" }).unref();
if (mode === "flood") for (let line = 0; line < 40 * 1024; line++) process.stderr.write(KIBIBYTE);

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const notify = () => send({ method: "notifications/message", params: { level: "info", data: KIBIBYTE } });

/** Resolves to why there are no more. */
async function startProcesses() {
  for (let count = 0; count < 100_000; count++) {
    const started = spawn("sleep", ["86399"], { detached: true, stdio: "ignore" });
    const fault = await new Promise((resolve) => started.once("spawn", () => resolve()).once("error", resolve));
    if (fault !== undefined) return `${fault.code} after ${count}`;
    started.unref();
  }
  return "no limit";
}

async function call(id) {
  if (mode === "die") process.exit(4);
  if (mode === "stall") return;
  const said = mode === "fork" ? await startProcesses() : `${mode} answers`;
  if (mode === "flood") for (let line = 0; line < 32 * 1024; line++) notify();
  send({ id, result: { content: [{ type: "text", text: said }] } });
}

const ANSWERS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {}, logging: {} },
    serverInfo: { name: `bad-server-double ${mode}`, version: "1" },
  }),
  ping: () => ({}),
  "tools/list": () => ({
    tools: [{ name: `${mode}_tool`, description: "misbehaves", inputSchema: { type: "object" } }],
  }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  if (mode === "hang") return;
  const { id, method, params } = JSON.parse(line);
  if (method === "tools/call") void call(id);
  else if (id !== undefined) send({ id, result: ANSWERS[method]?.(params) ?? {} });
});
