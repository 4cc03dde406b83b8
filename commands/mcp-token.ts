/** `npm run mcp-token`: tokens of MCP clients, each by a name. They count at once; nothing is restarted, no stream is cut. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Config } from "../config";
import { accessFaults, accessWords, givenCredentials, wantedDigests } from "../engines/files/access";
import { clientsFile, clientsText, readClients, type Clients } from "../engines/files/clients";
import {
  CLIENT_NAME,
  OWN_NAME,
  readCredentials,
  SERVICES_NAME,
  TAKEN_NAMES,
  tokenName,
} from "../engines/files/credentials";
import { writeAccess } from "../engines/files/host-files";
import { readText, recordedGeneration, secretDirectory, secretRecord, sha256 } from "../engines/files/layout";
import { writeWhole } from "../engines/files/write";
import { accessPlan } from "../stack-secrets";
import { TOKEN_VARIABLE } from "../services/client-files";
import { secretPath } from "../services/user-secrets";
import { say } from "./ask";
import { readConfig } from "./stack-config";

export interface TokenOptions {
  readonly stack: string;
  readonly json?: boolean;
}

/** 256 bits: beyond guessing. */
const BYTES = 32;

/** Hands the digests to the router, if this stack has one that asks for them; `up` finds them as it would write them. */
function handOver(config: Config): boolean {
  const plan = accessPlan(config);
  if (config.auth === "none" || !existsSync(secretDirectory(config.dataDir, plan.name))) return false;
  if (wantedDigests(config.dataDir, plan) === undefined) return false;
  const { place } = accessWords(config.dataDir, plan);
  // The word stays: these are the digests that `up` would write, so it has nothing to do.
  const generation = recordedGeneration(secretRecord(config.dataDir, plan.name), true);
  writeAccess({ base: config.dataDir, ...plan, place, generation });
  return true;
}

/** @throws Error when the router could not be told afterwards: a token that nobody sees, or one that only seems revoked */
function requireDigests(config: Config, clients: Clients): void {
  const faults = accessFaults({ ...givenCredentials(accessPlan(config).source), clients });
  if (faults.length > 0) throw new Error(`Nothing was changed: ${faults.join("; ")}`);
}

function write(config: Config, clients: Clients): string {
  const directory = path.dirname(clientsFile(config.dataDir));
  if (!existsSync(directory))
    throw new Error(`${directory} is not there: the stack ${config.stack} was never up; bring it up first: npm run up`);
  if (config.auth !== "none") requireDigests(config, clients);
  writeWhole(clientsFile(config.dataDir), clientsText(clients), 0o600);
  return handOver(config)
    ? "it counts from now on"
    : "it counts when clients have to sign in: pulumi config set auth token, then npm run up";
}

/** Where tokens of the user's stand, by the name of the secret. */
interface GivenToken {
  readonly name: string;
  readonly from: "secretsFile" | "stack config";
}

/** Tokens of the user's own; nothing is decrypted. */
function givenTokens({ secretsFile, secrets }: Config): GivenToken[] {
  const inFile = readCredentials(readText(secretsFile) ?? "").tokens;
  const inConfig = secrets.names.flatMap((secret) => tokenName(secret) ?? []);
  return [
    ...inFile.map(({ name }): GivenToken => ({ name, from: "secretsFile" })),
    ...inConfig.map((name): GivenToken => ({ name, from: "stack config" })),
  ];
}

function requireNew(config: Config, name: string, clients: Clients): void {
  if (!CLIENT_NAME.test(name)) throw new Error(`"${name}" is no name; use up to 64 letters, digits, - and _`);
  if (TAKEN_NAMES.includes(name)) throw new Error(`the name ${name} is the stack's own; choose another`);
  const given = givenTokens(config).find((token) => token.name === name);
  const taken =
    clients[name] !== undefined ? `npm run mcp-token -- remove ${name}` : `MCP_TOKEN_${name} in ${given?.from}`;
  if (clients[name] !== undefined || given !== undefined)
    throw new Error(`there is a token ${name} already (${taken}); choose another name, or take that one away first`);
}

const ownPlace = ({ secretsFile }: Config, secret: string, from: GivenToken["from"]): string =>
  from === "secretsFile"
    ? `the line ${secret} of ${secretsFile}: remove that`
    : `the secret ${secret} of the stack's config: pulumi config rm --path ${secretPath(secret)}`;

/** Makes a token and shows it once, alone on standard output. */
export function add(name: string, { stack, json }: TokenOptions): void {
  const config = readConfig(stack);
  const clients = readClients(config.dataDir);
  requireNew(config, name, clients);
  const token = randomBytes(BYTES).toString("base64url");
  const when = write(config, { ...clients, [name]: sha256(token) });
  process.stdout.write(json ? `${JSON.stringify({ name, token })}\n` : `${token}\n`);
  say(
    `the token of ${name}, shown once; ${when}. Client files read it from the environment variable ${TOKEN_VARIABLE}`,
  );
}

/** Takes a token away: whoever has it is refused from the next request on. */
export function remove(name: string, { stack, json }: TokenOptions): void {
  const config = readConfig(stack);
  const { [name]: gone, ...rest } = readClients(config.dataDir);
  if (gone === undefined) {
    const known = Object.keys(rest).join(", ") || "none";
    const from = givenTokens(config).find((token) => token.name === name)?.from;
    const elsewhere =
      from === undefined ? "" : `; it is ${ownPlace(config, `MCP_TOKEN_${name}`, from)}, then npm run up`;
    throw new Error(`there is no token ${name} that this command made (there are: ${known})${elsewhere}`);
  }
  write(config, rest);
  if (json) process.stdout.write(`${JSON.stringify({ removed: name })}\n`);
  else say(`${name} is refused from its next request on; a stream that is open goes on until it ends`);
}

const OWN_TOKENS = [
  { name: OWN_NAME, from: "the stack's own" },
  { name: SERVICES_NAME, from: "the stack's own, for Open WebUI and Dify" },
];

/** Names of all tokens and where each comes from; no token, no digest. */
export function list({ stack, json }: TokenOptions): void {
  const config = readConfig(stack);
  const tokens = [
    ...(config.auth === "none" ? [] : OWN_TOKENS),
    ...givenTokens(config),
    ...Object.keys(readClients(config.dataDir)).map((name) => ({ name, from: "npm run mcp-token" })),
  ];
  if (json) return void process.stdout.write(`${JSON.stringify({ auth: config.auth, tokens }, null, 2)}\n`);
  for (const { name, from } of tokens) process.stdout.write(`${name.padEnd(24)} ${from}\n`);
  if (config.auth === "none") say("nobody has to show one: auth is none");
}
