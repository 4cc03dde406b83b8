/** `npm run sync-ai`: the client files of this checkout, and servers in the files of clients in the user's home. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse, type Config } from "../config";
import { PROJECT_ROOT } from "../engines/project-root";
import { CLIENTS, clientEntries, clientFile, projectFile, showsToken, vscodeFile } from "../services/client-files";
import type { ClientName, ClientPlan } from "../services/client-files";
import { coreEndpoints } from "../services/endpoints";
import { say } from "./ask";
import { mergeJson } from "./clients/merge";
import { mergeToml } from "./clients/merge-toml";
import { clientPlace } from "./clients/places";
import { PROJECT, readConfig, stackSource } from "./stack-config";
import { contentOf, staleFiles, writeWhole } from "./write-file";

export interface SyncOptions {
  readonly stack: string;
  readonly check?: boolean;
  readonly client?: ClientName;
  readonly write?: boolean;
  readonly replace?: boolean;
  readonly file?: string;
  readonly json?: boolean;
}

const clientPlan = (config: Config): ClientPlan => ({
  endpoints: coreEndpoints(config),
  signIn: showsToken(config.auth),
});

/**
 * Files of the checkout, by path. They are committed, so they say what the default config gives; whether clients have to
 * sign in is taken from the stack's config, which then is committed too. They name the token and never hold it.
 */
export function checkoutFiles(auth?: string): Readonly<Record<string, string>> {
  const set: Record<string, string> = auth === undefined ? {} : { auth };
  const plan = clientPlan(parse({ project: PROJECT, stack: "dev", directory: PROJECT_ROOT, set, env: {} }).config);
  return { ".mcp.json": projectFile(plan), ".vscode/mcp.json": vscodeFile(plan) };
}

/** The files are two: a link between them, as other checkouts have it, would let one overwrite the other. */
function unlinked(file: string): string {
  if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  say(`${file} was a link to ${fs.readlinkSync(file)}; it becomes a file, since VS Code's schema allows no mcpServers`);
  fs.unlinkSync(file);
  return file;
}

/** Writes what differs, or only tells with `check`; gives the paths. */
export function syncCheckout(check: boolean, root = PROJECT_ROOT, auth?: string): string[] {
  const stale = staleFiles(checkoutFiles(auth), root);
  if (!check) for (const [file, content] of stale) writeWhole(unlinked(path.join(root, file)), content);
  return stale.map(([file]) => file);
}

/** Name of the copy that is kept of a file, by the time of the change. */
const backupOf = (file: string): string => `${file}.backup-${new Date().toISOString().replace(/[:.]/g, "-")}`;

/** Merges the servers into a client's file; gives the path of the backup, if there was anything to keep. */
export function writeClient(client: ClientName, stack: string, file: string, replace: boolean) {
  const format = CLIENTS[client];
  const before = contentOf(file);
  const entries = clientEntries(format, clientPlan(readConfig(stack)));
  const input = { file, text: before ?? "", key: format.key, entries, replace };
  const after = format.syntax === "toml" ? mergeToml(input) : mergeJson(input, format.syntax === "jsonc");
  if (after === before) return { file, changed: false, backup: undefined };
  const backup = before === undefined ? undefined : backupOf(file);
  if (backup !== undefined) fs.copyFileSync(file, backup, fs.constants.COPYFILE_EXCL);
  writeWhole(file, after);
  return { file, changed: true, backup };
}

function syncClient(client: ClientName, options: SyncOptions): void {
  const place = clientPlace(client, { platform: process.platform, home: os.homedir(), env: process.env });
  const file = path.resolve(options.file ?? place);
  if (!options.write) {
    say(`for ${file}; --write merges it in and keeps a backup:`);
    process.stdout.write(clientFile(CLIENTS[client], clientPlan(readConfig(options.stack))));
    return;
  }
  const result = writeClient(client, options.stack, file, options.replace ?? false);
  if (options.json) return void process.stdout.write(`${JSON.stringify({ client, ...result })}\n`);
  const kept = result.backup === undefined ? "" : `; the old one is kept as ${result.backup}`;
  say(result.changed ? `wrote ${file}${kept}` : `${file} is up to date`);
}

/** Without a client: the checkout's files. Exit code 1 with --check when one of them is out of date. */
export function syncAi(options: SyncOptions): void {
  if (options.client !== undefined) return syncClient(options.client, options);
  const check = options.check ?? false;
  const files = syncCheckout(check, PROJECT_ROOT, stackSource(options.stack).set.auth);
  if (options.json) process.stdout.write(`${JSON.stringify(check ? { stale: files } : { written: files })}\n`);
  else if (files.length === 0) say("client files are up to date");
  else for (const file of files) say(check ? `${file} is out of date; run: npm run sync-ai` : `wrote ${file}`);
  if (check && files.length > 0) process.exitCode = 1;
}
