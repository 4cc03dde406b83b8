/** What a restore would overwrite: all of it is looked at before anything is written. */
import { existsSync } from "node:fs";
import type Docker from "dockerode";
import { parseDocument } from "yaml";
import type { Config } from "../../config";
import { SECRETS_KEY } from "../../config-secrets";
import { hasData } from "../../engines/backup/marker";
import { freeMiB } from "../../engines/free-space";
import { readText } from "../../engines/files/layout";
import { knownSecrets, type SecretValues } from "../../engines/files/user-secrets";
import { writeWhole } from "../../engines/files/write";
import { downCommand } from "../no-stack";
import { configFrom, PROJECT, sourceOf, stackFile } from "../stack-config";
import { readState } from "../state";
import { stackContainers } from "../status/observe";
import { runPulumi, type Workspace } from "../workspace";
import { isFileKey } from "../backup/contents";
import { contentOf } from "../write-file";
import type { Verified } from "./archive";

/**
 * The archive's config for this machine: another data directory, and the salt of the passphrase that is used here. What the
 * other passphrase encrypts is left out; see `encryptSecrets`. Pure.
 */
export function configHere(archived: string, here: string | undefined, dataDir: string | undefined): string {
  const [document, old] = [parseDocument(archived), parseDocument(here ?? "")];
  document.delete("encryptionsalt");
  document.delete("secretsprovider");
  document.delete("encryptedkey");
  document.deleteIn(["config", `${PROJECT}:${SECRETS_KEY}`]);
  if (dataDir !== undefined) document.setIn(["config", `${PROJECT}:dataDir`], dataDir);
  const salt: unknown = old.get("encryptionsalt");
  const text = document.toString();
  return salt === undefined ? text : `encryptionsalt: ${String(salt)}\n${text}`;
}

/** The config that it amounts to, with the archive's secrets. @throws StackFaults */
export const configOf = (stack: string, text: string, secrets: SecretValues = {}): Config => ({
  ...configFrom(sourceOf(stack, text)),
  secrets: knownSecrets(secrets),
});

/** Puts the archive's secrets into the config, encrypted with the passphrase that is used here. They are on no command line. */
export async function encryptSecrets(workspace: Workspace, secrets: SecretValues): Promise<void> {
  for (const [name, input] of Object.entries(secrets)) {
    const args = ["config", "set", "--secret", "--path", `${SECRETS_KEY}["${name}"]`, "--non-interactive"];
    const { code, stderr } = await runPulumi(workspace, args, { output: "capture", input });
    if (code !== 0) throw new Error(`secrets.${name} could not be written into the config: ${stderr.trim()}`);
  }
}

const fileOf = (config: Config, key: string): string | undefined => (isFileKey(key) ? config[key] : undefined);

function ownFileFaults(config: Config, { files }: Verified): string[] {
  return Object.entries(files).flatMap(([key, text]) => {
    const file = fileOf(config, key);
    const here = file === undefined ? undefined : readText(file);
    if (here === undefined || here === text) return [];
    return [`${key}: "${file}" is there and says something else than the archive's; move it aside`];
  });
}

function spaceFaults(dataDir: string, { bytes }: Verified): string[] {
  const [needed, free] = [Math.ceil(bytes / 2 ** 20), freeMiB(dataDir)];
  if (free > needed) return [];
  return [`dataDir: "${dataDir}" is on a disk with ${free} MiB of free space, and the data has ${needed}; free some`];
}

/** One line for each thing of the stack that is there already. */
export async function targetFaults(
  docker: Docker,
  workspace: Workspace,
  config: Config,
  archive: Verified,
): Promise<string[]> {
  const { stack, dataDir } = config;
  const containers = await stackContainers(docker, config);
  const { resources = [] } = (await readState(workspace)).deployment;
  // The stack itself and its providers are no things of an engine.
  const real = resources.filter(({ type }) => !type.startsWith("pulumi:"));
  return [
    ...(containers.length === 0
      ? []
      : [`the stack ${stack} has ${containers.length} containers here; take it down: ${downCommand(stack)}`]),
    ...(containers.length > 0 || real.length === 0
      ? []
      : [`the stack ${stack} has ${real.length} resources in its state; clear it: ${downCommand(stack)}`]),
    ...(hasData(dataDir)
      ? [`dataDir: "${dataDir}" is not empty; move it aside, or put the data elsewhere: --data-dir DIRECTORY`]
      : []),
    ...ownFileFaults(config, archive),
    ...spaceFaults(dataDir, archive),
  ];
}

/** Beside the file, over nothing: a restore that was cut off is run again, and finds the archive's config in the place of the user's. */
function keepBefore(file: string, before: string): void {
  for (let number = 1; ; number++) {
    const kept = `${file}.before-restore${number === 1 ? "" : `-${number}`}`;
    const there = contentOf(kept);
    if (there === undefined) writeWhole(kept, before, 0o600);
    if (there === undefined || there === before) return;
  }
}

/**
 * Writes the config and the user's own files; those that are there already say the same. `before`: the config that the user
 * had, which is kept beside it.
 */
export function writeConfig(
  config: Config,
  { text, before }: { readonly text: string; readonly before: string | undefined },
  { files }: Verified,
): string[] {
  const file = stackFile(config.stack);
  if (before !== undefined && before !== text) keepBefore(file, before);
  writeWhole(file, text, 0o644);
  const written = Object.entries(files).flatMap(([key, content]) => {
    const own = fileOf(config, key);
    if (own === undefined) return [];
    if (!existsSync(own)) writeWhole(own, content, 0o600);
    return [own];
  });
  return [file, ...written];
}
