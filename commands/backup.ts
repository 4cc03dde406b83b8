/** `npm run backup`: one encrypted archive of all that a stack is, read back before it counts. */
import { statSync } from "node:fs";
import path from "node:path";
import { connect } from "../engines/images/engine";
import { findEngine } from "../prepare";
import { alone } from "./alone";
import { say } from "./ask";
import { makeBackup } from "./backup/make";
import { archiveName, keyFile } from "./backup/places";
import { readConfig } from "./stack-config";
import { openWorkspace } from "./workspace";

export interface BackupOptions {
  readonly stack: string;
  /** File of the archive, or the directory to put it in. */
  readonly output?: string;
  readonly key?: string;
  readonly withModels?: boolean;
  readonly json?: boolean;
}

const isDirectory = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Makes an archive; other archives stay. @throws Error that says what could not be read or written */
export async function backup({ stack, output, key, withModels = false, json }: BackupOptions): Promise<void> {
  const config = readConfig(stack);
  const time = new Date();
  const place = path.resolve(output ?? config.backupDir);
  const file = output === undefined || isDirectory(place) ? path.join(place, archiveName(stack, time, false)) : place;
  if (statSync(file, { throwIfNoEntry: false }) !== undefined)
    throw new Error(`${file} is there already, and no archive is overwritten; name another: --output FILE`);
  const docker = connect((await findEngine(config)).host);
  const workspace = await openWorkspace(stack);
  const wanted = { docker, config, workspace, keyFile: keyFile(key, process.env), file, time, withModels };
  const made = await alone(workspace, () => makeBackup(wanted));
  if (json)
    return void process.stdout.write(
      `${JSON.stringify({ ...made, stoodStill: Object.fromEntries(made.stoodStill) })}\n`,
    );
  say(`${made.entries} entries, ${(made.bytes / 2 ** 20).toFixed(1)} MiB of data, every checksum compared`);
  process.stdout.write(`${made.file}\n`);
}
