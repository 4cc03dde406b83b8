/**
 * Writes files beside the data, as a process of a graph node (command.local.Command): `host-files.ts ACTION`, the plan as
 * JSON on standard input. Every action can be repeated, never deletes data, and prints nothing secret.
 */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import path from "node:path";
import { wantedDigests, type AccessPlan, type AccessWords } from "./access";
import * as layout from "./layout";
import { writeTls } from "./tls-files";
import { receivedSource, type SentSource } from "./user-secrets";
import { fillDirectory, writeWhole, type File } from "./write";

/** What an action gets on standard input, besides the plan of its kind. `base` is dataDir, absolute. */
export interface Common {
  readonly base: string;
  readonly generation: string;
}

interface ServicePlans {
  readonly services: readonly (layout.ServicePlan & Pick<Common, "generation">)[];
}

type SecretPlans = ReturnType<typeof layout.withGenerations>;

/** What is written for one name. */
interface Writing {
  readonly name: string;
  readonly write: () => void;
}

/** A directory that only the user of the host can enter; what is mounted lies one level below. */
function closedDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700);
}

/** Keeps as many older directories as there are current ones: containers about to be replaced still mount them. */
function pruneRendered(parent: string, current: ReadonlySet<string>): void {
  const stale = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !current.has(entry.name))
    .map((entry) => ({
      directory: path.join(parent, entry.name),
      written: statSync(path.join(parent, entry.name)).mtimeMs,
    }))
    .sort((a, b) => b.written - a.written)
    .slice(current.size);
  for (const { directory } of stale) rmSync(directory, { recursive: true });
}

function makeDataDirectory(directory: string, owner: string | undefined): void {
  const missing = !existsSync(directory);
  mkdirSync(directory, { recursive: true });
  if (owner === undefined || !missing) return;
  const [uid = 0, gid = 0] = owner.split(":").map(Number);
  if (statSync(directory).uid === uid) return;
  if (process.getuid?.() === 0) return chownSync(directory, uid, gid);
  throw new Error(
    `${directory} has to belong to ${owner}, which only root can arrange; run once: sudo chown ${owner} ${directory}`,
  );
}

/** Marks dataDir as this stack's. */
function owner({ base, owner, generation }: Common & { readonly owner: layout.Owner }): void {
  mkdirSync(base, { recursive: true });
  writeWhole(layout.ownerFile(base), `${JSON.stringify({ ...owner, generation }, undefined, 2)}\n`, 0o644);
  closedDirectory(path.join(base, "rendered"));
  closedDirectory(path.join(base, "secrets"));
}

/** Rendered files and data directories of one service. */
function service({ base, generation, service, rendered, directories }: Common & layout.ServicePlan): void {
  for (const directory of directories) makeDataDirectory(path.join(base, directory.path), directory.owner);
  for (const { hash, files } of rendered) {
    const directory = layout.renderedDirectory(base, service, hash);
    fillDirectory(
      directory,
      files.map((file) => [file.path, file.content, file.executable ? 0o555 : 0o444]),
    );
    utimesSync(directory, new Date(), new Date());
  }
  writeWhole(layout.renderedRecord(base, service), JSON.stringify({ generation }), 0o644);
  pruneRendered(path.join(base, "rendered", service), new Set(rendered.map(({ hash }) => hash)));
}

/** Writes each of several. @throws Error naming every one whose files cannot be written; the others' are */
function writeEach(all: readonly Writing[]): void {
  const faults = all.flatMap(({ name, write }) => {
    try {
      write();
      return [];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

function services({ base, services: plans }: Pick<Common, "base"> & ServicePlans): void {
  writeEach(plans.map((plan) => ({ name: plan.service, write: () => service({ base, ...plan }) })));
}

/** A value that nobody knows. */
export const newValue = ({ bytes }: Pick<layout.SecretPlan, "bytes">): string =>
  randomBytes(bytes).toString("base64url");

/** A generated secret: an existing value is kept, so that old data and a new stack always fit. */
function secret({ base, generation, ...plan }: Common & layout.SecretPlan): void {
  const file = path.join(layout.secretDirectory(base, plan.name), layout.VALUE_FILE);
  writeSecret({ base, generation, ...plan }, layout.readText(file) ?? newValue(plan));
}

/** The files of a secret with this value, and the record by which they are known to be intact. */
export function writeSecret({ base, generation, name, files }: Common & layout.SecretPlan, value: string): void {
  const directory = layout.secretDirectory(base, name);
  const derived = layout.derivedFiles(files, value).map(([file, content]): File => [file, content, 0o444]);
  fillDirectory(directory, [[layout.VALUE_FILE, value, 0o444], ...derived]);
  writeWhole(layout.secretRecord(base, name), JSON.stringify({ generation, sha256: layout.sha256(value) }), 0o600);
}

/** The user's own secrets, only those that are wanted. */
function copy({ base, generation, name, file, ...wanted }: Common & layout.CopyPlan): void {
  fillDirectory(layout.secretDirectory(base, name), [[file, layout.copiedText(wanted), 0o444]]);
  writeWhole(layout.secretRecord(base, name), JSON.stringify({ generation }), 0o600);
}

/** Those that are intact stay as they are: the age of their files is that of their values. */
function secrets({ base, generated, copied }: Pick<Common, "base"> & SecretPlans): void {
  const made = generated.filter((plan) => layout.secretGeneration(base, plan) !== plan.generation);
  const changed = copied.filter((plan) => layout.copyGeneration(base, plan) !== plan.generation);
  writeEach([
    ...made.map((plan) => ({ name: plan.name, write: () => secret({ base, ...plan }) })),
    ...changed.map((plan) => ({ name: plan.name, write: () => copy({ base, ...plan }) })),
  ]);
}

/** Digests of clients' tokens and passwords; see access.ts. */
export function writeAccess({ base, generation, place, ...plan }: Common & AccessPlan & AccessWords): void {
  const wanted = wantedDigests(base, plan);
  if (wanted === undefined)
    throw new Error(`the secret ${plan.own} or ${plan.services} is missing; run npm run up again`);
  const files = Object.entries({ ...wanted, [layout.PLACE_FILE]: place });
  fillDirectory(
    layout.secretDirectory(base, plan.name),
    files.map(([file, content]): File => [file, content, 0o444]),
  );
  writeWhole(layout.secretRecord(base, plan.name), JSON.stringify({ generation }), 0o600);
}

const ACTIONS = { owner, service, services, secrets, access: writeAccess, tls: writeTls };
export type Action = keyof typeof ACTIONS;

/** Writes what a plan says, in this process. */
export const writeHostFiles = <A extends Exclude<Action, "tls">>(
  action: A,
  plan: Parameters<(typeof ACTIONS)[A]>[0],
): void => (ACTIONS[action] as (plan: object) => void)(plan);

interface Sent {
  readonly base: string;
  readonly source?: SentSource;
  readonly copied?: readonly { readonly source: SentSource }[];
}

/** The plan on standard input; where it reads the user's secrets, it may bring values of the config with it. */
function received(text: string): Pick<Common, "base"> {
  const { source, copied, ...plan } = JSON.parse(text) as Sent;
  return {
    ...plan,
    ...(source === undefined ? {} : { source: receivedSource(source) }),
    ...(copied === undefined ? {} : { copied: copied.map((one) => ({ ...one, source: receivedSource(one.source) })) }),
  };
}

async function main(): Promise<void> {
  const name = process.argv[2] ?? "";
  const action = (ACTIONS as Record<string, (plan: never) => void | Promise<void>>)[name];
  let where = "";
  try {
    if (action === undefined) throw new Error(`unknown action; choose from ${Object.keys(ACTIONS).join(", ")}`);
    const plan = received(readFileSync(0, "utf8"));
    // On a full disk Node says what failed, but not where.
    where = ` in ${plan.base}`;
    await action(plan as never);
  } catch (error) {
    console.error(`host files, ${name}${where}: ${(error as Error).message}`);
    process.exit(1);
  }
}

if (require.main === module) void main();
