import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { EventLog, type EngineEvent } from "../../../commands/progress/events";

const directory = mkdtempSync(path.join(os.tmpdir(), "events-"));
afterAll(() => rmSync(directory, { recursive: true }));

const diagnostic = (message: string, severity = "info"): string =>
  `${JSON.stringify({ diagnosticEvent: { message, severity } })}\n`;

it("events are read whole, however they are written, but for those for developers", () => {
  const file = path.join(directory, "events.json");
  const long = "ü".repeat(80_000);
  const text = [diagnostic("one"), diagnostic("detail", "debug"), diagnostic(long)].join("");
  writeFileSync(file, text.slice(0, 30));
  const events: EngineEvent[] = [];
  const log = new EventLog(file, (event) => events.push(event));
  appendFileSync(file, text.slice(30));
  log.end();
  expect(events.map(({ diagnosticEvent }) => diagnosticEvent?.message)).toEqual(["one", long]);
});
