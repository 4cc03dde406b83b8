/** `npm run export-prompts`: catalogs/prompts/*.md → what Open WebUI and Dify import. */
import fs from "node:fs";
import path from "node:path";
import { parse } from "../config";
import { PROJECT_ROOT } from "../engines/project-root";
import { GATEWAY_CONNECTION, TOOL_CONNECTIONS } from "../services/prompts/connections";
import { difyApps } from "../services/prompts/dify";
import { openWebuiModels } from "../services/prompts/open-webui";
import { parsePrompt, type Prompt } from "../services/prompts/prompt";
import { say } from "./ask";
import { PROJECT } from "./stack-config";
import { staleFiles, writeWhole } from "./write-file";

/** Where prompts are, below the checkout. */
export const PROMPT_DIRECTORY = "catalogs/prompts";

/** Servers that every stack with the default config has, and so their tools. */
export function defaultServers(): string[] {
  const { config } = parse({ project: PROJECT, stack: "dev", directory: PROJECT_ROOT, set: {}, env: {} });
  const named = config.servers === "all" ? [] : config.servers;
  return [...named, ...TOOL_CONNECTIONS.map(({ id }) => id).filter((id) => id !== GATEWAY_CONNECTION)];
}

/** All prompts, by the name of their file. @throws Error with every fault, one a line */
export function readPrompts(root = PROJECT_ROOT): Prompt[] {
  const directory = path.join(root, PROMPT_DIRECTORY);
  const names = fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".md"))
    .sort();
  const servers = defaultServers();
  const parsed = names.map((name) =>
    parsePrompt(`${PROMPT_DIRECTORY}/${name}`, fs.readFileSync(path.join(directory, name), "utf8"), servers),
  );
  const faults = parsed.flatMap((one) => one.faults);
  if (faults.length > 0) throw new Error(`The prompts cannot be exported:\n${faults.join("\n")}`);
  return parsed.flatMap(({ prompt }) => prompt ?? []);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The exports, by path below the checkout. */
export function promptExports(prompts: readonly Prompt[]): Readonly<Record<string, string>> {
  return {
    "docker/openwebui/agents.json": json(openWebuiModels(prompts)),
    "docker/dify/agents.json": json(difyApps(prompts)),
  };
}

/** Writes the exports that differ, or only tells with `check`; gives their paths. @throws Error when a prompt has faults */
export function syncPrompts(check: boolean, root = PROJECT_ROOT): string[] {
  const stale = staleFiles(promptExports(readPrompts(root)), root);
  if (!check) for (const [name, content] of stale) writeWhole(path.join(root, name), content);
  return stale.map(([name]) => name);
}

/** Exit code 1 with --check when an export is out of date. */
export function exportPrompts(options: { readonly check?: boolean; readonly json?: boolean }): void {
  const check = options.check ?? false;
  const files = syncPrompts(check);
  if (options.json) process.stdout.write(json(check ? { stale: files } : { written: files }));
  else if (files.length === 0) say("exports of the prompts are up to date");
  else for (const file of files) say(check ? `${file} is out of date; run: npm run export-prompts` : `wrote ${file}`);
  if (check && files.length > 0) process.exitCode = 1;
}
