/** Runs an update of Pulumi and shows it by services. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runPulumi, type PulumiResult, type Workspace } from "../workspace";
import { display, type Output } from "./display";
import { EventLog } from "./events";
import { Progress, summaryLine } from "./rows";

export interface ShownRun {
  readonly workspace: Workspace;
  /** `pulumi` and these. */
  readonly args: readonly string[];
  /** Names of the services that will run, in the order in which they are shown. */
  readonly services: readonly string[];
  readonly output: Output;
}

/** Pulumi has the flag only for those who ask for it, as its Automation API does. */
const EVENTS = { PULUMI_DEBUG_COMMANDS: "true" };

/** A place for events that nobody else can read: they hold the config. */
function eventFile(): { readonly file: string; remove(): void } {
  const directory = mkdtempSync(path.join(os.tmpdir(), "mcp-stack-events-"));
  const file = path.join(directory, "events.json");
  writeFileSync(file, "", { mode: 0o600 });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Runs it to its end. What Pulumi prints itself is shown only when it fails without having said why in an event. */
export async function runShown({ workspace, args, services, output }: ShownRun): Promise<PulumiResult> {
  const progress = new Progress(services);
  const { file, remove } = eventFile();
  const shown = display(progress, output);
  let explained = false;
  const log = new EventLog(file, (event) => {
    const { row, remark } = progress.add(event, Date.now());
    if (row !== undefined) shown.row(row);
    if (remark !== undefined) shown.remark(remark);
    explained ||= remark?.severity === "error";
  });
  const stop = (): void =>
    shown.remark({ severity: "info", text: "stopping when the steps under way have ended; Ctrl-C again: at once" });
  process.once("SIGINT", stop);
  const variables = { ...workspace.variables, ...EVENTS };
  const all = [...args, "--non-interactive", "--event-log", file];
  const result = await runPulumi({ ...workspace, variables }, all, { output: "capture" }).finally(() => {
    process.off("SIGINT", stop);
    log.end();
    shown.end();
    remove();
  });
  if (result.code !== 0 && !explained) output.write(`${result.stdout}${result.stderr}`);
  if (progress.summary !== undefined) output.write(`\n${summaryLine(progress.summary)}\n`);
  return result;
}
