/**
 * The digests by which mcp-router knows clients. They are changed in place, in a directory that stays: what the router reads
 * for each request is no reason to replace it.
 */
import { createHash, randomUUID } from "node:crypto";
import path from "node:path";
import { readClients, type Clients } from "./clients";
import { isCredential, OWN_NAME, readCredentials, SERVICES_NAME, type Token } from "./credentials";
import { PLACE_FILE, readText, recordedGeneration, secretDirectory, secretRecord, sha256, VALUE_FILE } from "./layout";
import { userSecretsText, type SecretSource } from "./user-secrets";

/** What the digests are made of. */
export interface AccessPlan {
  readonly name: string;
  /** Name of the generated secret that is the stack's own token. */
  readonly own: string;
  /** Name of the generated secret that is the token of the stack's services. */
  readonly services: string;
  readonly source: SecretSource;
  /** Names of the files. */
  readonly files: { readonly tokens: string; readonly users: string };
}

/** Two words, each changes with what it stands for. */
export interface AccessWords {
  /** The content. */
  readonly generation: string;
  /** The directory itself: containers that mount it see a new one only when they are made again. */
  readonly place: string;
}

/** Nginx's salted SHA-1: enough for a random password that nobody can guess. The salt is made of it, so that nothing changes. */
function saltedDigest(password: string): string {
  const salt = createHash("sha256").update(`mcp-access ${password}`).digest().subarray(0, 8);
  const sum = createHash("sha1").update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([sum, salt]).toString("base64")}`;
}

/** What clients are known by. */
export interface AccessSources {
  /** The user's secrets as dotenv text. */
  readonly dotenv: string;
  /** Names of those that are values of the config; for messages. */
  readonly inConfig?: readonly string[];
  /** The stack's own token. */
  readonly own: string;
  /** The token of its services. */
  readonly services: string;
  /** Tokens that a command made. */
  readonly clients: Clients;
}

/** Names that the user and the command both gave out: taking one of them away would leave the other. */
const twice = (tokens: readonly Token[], clients: Clients): string[] =>
  tokens
    .filter(({ name }) => clients[name] !== undefined)
    .map(
      ({ name, from }) => `${from}: the token ${name} was also made by a command; npm run mcp-token -- remove ${name}`,
    );

/** The user's secrets that clients are known by. @throws Error when those of the config cannot be decrypted */
export const givenCredentials = (source: SecretSource): Pick<AccessSources, "dotenv" | "inConfig"> => ({
  dotenv: userSecretsText(source, isCredential),
  inConfig: source.config.names,
});

/** Why clients cannot be known by these; one line each. */
export function accessFaults({ dotenv, inConfig, clients }: Omit<AccessSources, "own" | "services">): string[] {
  const { tokens, faults } = readCredentials(dotenv, inConfig);
  return [...faults, ...twice(tokens, clients)];
}

/**
 * The files that mcp-router reads, by name: SHA-256 of tokens, and users in the format of htpasswd. Where the user
 * names no user there is one whose password is the stack's own token.
 *
 * @throws Error naming everything that cannot be used
 */
export function digestFiles(sources: AccessSources, names: AccessPlan["files"]): Readonly<Record<string, string>> {
  const { dotenv, own, services, clients } = sources;
  const { tokens, users } = readCredentials(dotenv);
  const faults = accessFaults(sources);
  if (faults.length > 0) throw new Error(faults.join("; "));
  const stacks = [
    { name: OWN_NAME, value: own },
    { name: SERVICES_NAME, value: services },
  ];
  const digests = [...stacks, ...tokens].map(({ name, value }) => [name, sha256(value)]);
  const known = users.length > 0 ? users : [{ name: OWN_NAME, digest: saltedDigest(own) }];
  return {
    [names.tokens]: [...digests, ...Object.entries(clients)].map(([name, digest]) => `${name} ${digest}\n`).join(""),
    [names.users]: known.map(({ name, digest }) => `${name}:${digest}\n`).join(""),
  };
}

/** File with the stack's own token. */
export const ownTokenFile = (base: string, secret: string): string =>
  path.join(secretDirectory(base, secret), VALUE_FILE);

/** The stack's own token, or that of its services; undefined while there is none. */
export const ownToken = (base: string, secret: string): string | undefined => readText(ownTokenFile(base, secret));

/** What the files have to be; undefined while there is no own token, or none of the services. */
export function wantedDigests(base: string, plan: AccessPlan): Readonly<Record<string, string>> | undefined {
  const own = ownToken(base, plan.own);
  const services = ownToken(base, plan.services);
  if (own === undefined || services === undefined) return undefined;
  return digestFiles({ ...givenCredentials(plan.source), own, services, clients: readClients(base) }, plan.files);
}

/** The words of the digests as they are; a new one for what is missing or not as it has to be. */
export function accessWords(base: string, plan: AccessPlan): AccessWords {
  const directory = secretDirectory(base, plan.name);
  const wanted = wantedDigests(base, plan);
  const place = readText(path.join(directory, PLACE_FILE)) ?? randomUUID();
  const intact =
    wanted !== undefined &&
    Object.entries(wanted).every(([file, content]) => readText(path.join(directory, file)) === content);
  return { place, generation: recordedGeneration(secretRecord(base, plan.name), intact) };
}
