/** `npm run secrets`: which secrets there are, and new values for them. No value is ever shown, logged or an argument. */
import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Config } from "../config";
import { connect } from "../engines/images/engine";
import { newValue, writeSecret } from "../engines/files/host-files";
import { secretDirectory, VALUE_FILE, type SecretPlan } from "../engines/files/layout";
import { secretSource, userSecretNames } from "../engines/files/user-secrets";
import { findEngine, planByNames } from "../prepare";
import { setSecretCommand } from "../services/user-secrets";
import { plannedSecrets } from "../stack";
import { say } from "./ask";
import { requireKnown } from "./near-names";
import { setDatabaseRoot } from "./secrets/database-root";
import { inventory, type SecretEntry } from "./secrets/inventory";
import { afterwards, isDatabaseRoot, refusal } from "./secrets/rotation";
import { setInFile } from "./secrets/set";
import { readConfig } from "./stack-config";
import { plainTable } from "./table";
import { up } from "./up";

export interface SecretsOptions {
  readonly stack: string;
  readonly json?: boolean;
}

export interface RotateOptions extends SecretsOptions {
  /** Agrees to whatever `up` would ask. */
  readonly yes?: boolean;
}

const valueFile = ({ dataDir }: Config, name: string): string => path.join(secretDirectory(dataDir, name), VALUE_FILE);

/** An entry, and what only this machine knows of it. */
type Entry = SecretEntry & {
  /** Of generated ones that are there: ISO 8601. */
  readonly since?: string;
  /** Of yours. */
  readonly from?: "secretsFile" | "stack config";
};

function entries(config: Config, plan = planByNames(config)): readonly Entry[] {
  const values = userSecretNames(secretSource(config));
  const made = (name: string): boolean => existsSync(valueFile(config, name));
  return inventory(plan, made, values).map((entry): Entry => {
    if (entry.kind === "yours")
      return { ...entry, from: config.secrets.names.includes(entry.name) ? "stack config" : "secretsFile" };
    return entry.present ? { ...entry, since: statSync(valueFile(config, entry.name)).mtime.toISOString() } : entry;
  });
}

const state = ({ kind, present }: SecretEntry): string => {
  if (kind === "yours") return present ? "set" : "missing";
  return present ? "made" : "made by the next up";
};

/** Lists names, kinds, users and ages; no value. */
export function list({ stack, json }: SecretsOptions): void {
  const config = readConfig(stack);
  const all = entries(config);
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, secrets: all }, null, 2)}\n`);
  const rows = all.map((entry) => [
    entry.name,
    entry.from ?? "generated",
    [state(entry), entry.since?.slice(0, 10)].filter(Boolean).join(" "),
    entry.usedBy.join(", "),
  ]);
  process.stdout.write(`${plainTable(["Secret", "Comes from", "State", "Used by"], rows)}\n`);
}

const setCommand = ({ secrets }: Config, name: string): string =>
  secrets.names.includes(name) ? setSecretCommand(name) : `npm run secrets -- set ${name}`;

/** A lookup of secrets that are to have a new value. It throws an Error that says why one cannot have it. */
function choose(config: Config): (name: string) => SecretPlan {
  const plan = planByNames(config);
  const all = plannedSecrets(plan).generated;
  const yours = entries(config, plan).flatMap(({ kind, name }) => (kind === "yours" ? [name] : []));
  return (name) => {
    if (yours.includes(name))
      throw new Error(`${name} is yours, not generated; give it a new value: ${setCommand(config, name)}`);
    requireKnown([name], all.map((secret) => secret.name).sort(), "secret");
    const why = refusal(name);
    if (why !== undefined) throw new Error(`${name} stays as it is: ${why}`);
    const found = all.find((secret) => secret.name === name);
    if (found === undefined || !existsSync(valueFile(config, name)))
      throw new Error(`${name} has no value yet; the next npm run up makes one`);
    return found;
  };
}

/** Gives generated secrets new values, and brings the stack up: what mounts them is replaced, nothing else. */
export async function rotate(names: readonly string[], { stack, json, yes = false }: RotateOptions): Promise<void> {
  const config = readConfig(stack);
  // All are looked at before the first is changed, and whatever `up` asks is answered by then.
  const chosen = names.map(choose(config));
  const before = async (): Promise<void> => {
    for (const secret of chosen) await renew(config, secret);
    say(`new values for ${names.join(", ")}; what uses them is replaced now. If that is interrupted: npm run up`);
  };
  await up({ stack, yes, json, before });
  if (process.exitCode !== 0) return;
  for (const name of names) if (afterwards(name) !== undefined) say(`${name}: ${afterwards(name)}`);
}

async function renew(config: Config, secret: SecretPlan): Promise<void> {
  const value = newValue(secret);
  if (isDatabaseRoot(secret.name)) await setDatabaseRoot(connect((await findEngine(config)).host), config, value);
  writeSecret({ base: config.dataDir, generation: randomUUID(), ...secret }, value);
}

/** Writes a secret of the user's into the secrets file; its value comes by standard input. */
export async function set(name: string, { stack, json }: SecretsOptions): Promise<void> {
  const config = readConfig(stack);
  const wanted = entries(config).filter(({ kind }) => kind === "yours");
  if (config.secrets.names.includes(name))
    throw new Error(
      `${name} is a secret of the stack's config, not a line of ${config.secretsFile}; set it there: ${setSecretCommand(name)} (the value comes by standard input)`,
    );
  await setInFile(config.secretsFile, name);
  const user = wanted.find((entry) => entry.name === name);
  const usedBy = user?.usedBy ?? [];
  if (json) return void process.stdout.write(`${JSON.stringify({ set: name, file: config.secretsFile, usedBy })}\n`);
  say(`${name} is set in ${config.secretsFile}; it counts from the next npm run up on`);
  if (user === undefined && !/^MCP_(TOKEN|USER)_/.test(name))
    say(
      `nothing in this stack asks for ${name} yet (it asks for: ${wanted.map((one) => one.name).join(", ") || "none"})`,
    );
}
