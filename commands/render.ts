/**
 * Files of the checkout that are generated for reading: nginx.conf of the default config, and CONFIG.md.
 *
 *     render.ts           writes them
 *     render.ts --check   exit code 1, naming each file that is not as it would be written
 */
import fs from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { parse } from "../config";
import { nginxConf } from "../services/nginx-conf";
import { configDoc } from "./config-doc";

const ROOT = path.resolve(__dirname, "..");

/** A generated file; `path` is relative to the checkout. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** What the files have to be. */
export function generatedFiles(): GeneratedFile[] {
  const { config } = parse({ project: "mcp-gateway-stack", stack: "dev", directory: ROOT, set: {}, env: {} });
  return [
    { path: "docker/mcp-router/nginx.conf", content: nginxConf(config) },
    { path: "CONFIG.md", content: configDoc() },
  ];
}

/** The generated files below `root` that are missing or differ. */
export const staleFiles = (root = ROOT): GeneratedFile[] =>
  generatedFiles().filter((file) => {
    const at = path.join(root, file.path);
    return !fs.existsSync(at) || fs.readFileSync(at, "utf8") !== file.content;
  });

/** Writes the files that are not fresh; gives their paths. */
export function render(root = ROOT): string[] {
  return staleFiles(root).map((file) => {
    const at = path.join(root, file.path);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, file.content);
    return file.path;
  });
}

/** One line for each file that is not fresh: what it is, and what to do. */
export const staleMessages = (root = ROOT): string[] =>
  staleFiles(root).map((file) => `${file.path} is not what its sources give; run: npm run render`);

function main(): void {
  const program = new Command("render").description("Files that are generated for reading");
  program.option("--check", "change nothing; fail when one of them is not fresh").parse();
  if (program.opts<{ check?: boolean }>().check !== true)
    return render().forEach((file) => console.log(`wrote ${file}`));
  const messages = staleMessages();
  messages.forEach((message) => console.error(message));
  if (messages.length > 0) process.exitCode = 1;
}

if (require.main === module) main();
