/** Tokens and users of clients, as they stand in the user's secrets: pure. Their values are in no message. */

/** Name of the own token, and of the user with it as a password. */
export const OWN_NAME = "default";
/** Name of the token of the stack's own services. */
export const SERVICES_NAME = "services";
/** Names that are no client's. */
export const TAKEN_NAMES: readonly string[] = [OWN_NAME, SERVICES_NAME];

const TOKEN_PREFIX = "MCP_TOKEN_";
const USER_PREFIX = "MCP_USER_";
/** Of a token or user. */
export const CLIENT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** Beyond guessing: 32 hexadecimal digits are 128 bits. */
const SHORTEST = 32;
/** What may follow `Bearer` (RFC 6750, section 2.1). */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** SHA-512 and SHA-256 crypt, bcrypt, and Apache's MD5: what Nginx and the C library of its image take. */
const DIGEST = /^\$(6|5|2[aby]|apr1)\$[A-Za-z0-9./$=]+$/;

export interface Token {
  readonly name: string;
  /** Where it stands, for messages: `secretsFile`, or `secrets` for the stack's config. */
  readonly from: "secretsFile" | "secrets";
  readonly value: string;
}

export interface User {
  readonly name: string;
  /** Of the password, in the format of htpasswd. */
  readonly digest: string;
}

export interface Credentials {
  readonly tokens: readonly Token[];
  readonly users: readonly User[];
  /** One line each. */
  readonly faults: readonly string[];
}

/** Names and values of the lines with a prefix; of a repeated name the last one. Without a value there is none. */
function entries(dotenv: string, prefix: string): [name: string, value: string][] {
  const lines = dotenv.split(/\r?\n/).filter((line) => line.startsWith(prefix) && line.includes("="));
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf("=");
    return [line.slice(prefix.length, at), line.slice(at + 1).trim()];
  });
  return [...new Map(pairs)].filter(([, value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1));
}

const nameFault = (line: string, name: string): string[] => {
  if (TAKEN_NAMES.includes(name)) return [`${line}: the name ${name} is the stack's own; choose another`];
  return CLIENT_NAME.test(name) ? [] : [`${line}: "${name}" is no name; use up to 64 letters, digits, - and _`];
};

function tokenFault(line: string, value: string): string[] {
  const make = `make one: openssl rand -hex 32`;
  if (value.length < SHORTEST)
    return [
      `${line}: the token has ${value.length} characters and can be guessed; at least ${SHORTEST} are needed, ${make}`,
    ];
  return TOKEN.test(value)
    ? []
    : [`${line}: the token has characters that no client can send (quotes count as such); ${make}`];
}

const digestFault = (line: string, value: string): string[] =>
  DIGEST.test(value)
    ? []
    : [`${line}: the value is no digest of a password ($6$…, $5$…, $2y$…, $apr1$…); make one: openssl passwd -6`];

/** Whether a secret of the user's says what a client is known by. */
export const isCredential = (name: string): boolean => name.startsWith(TOKEN_PREFIX) || name.startsWith(USER_PREFIX);

/** Name of the client whose token a secret is; undefined: it is no token. */
export const tokenName = (secret: string): string | undefined =>
  secret.startsWith(TOKEN_PREFIX) ? secret.slice(TOKEN_PREFIX.length) : undefined;

/**
 * Reads tokens (`MCP_TOKEN_name=token`) and users (`MCP_USER_name=digest`) of a dotenv text. Never throws.
 *
 * @param inConfig names of secrets that are values of the stack's config
 */
export function readCredentials(dotenv: string, inConfig: readonly string[] = []): Credentials {
  const fromOf = (secret: string): Token["from"] => (inConfig.includes(secret) ? "secrets" : "secretsFile");
  const at = (secret: string): string => `${fromOf(secret)}: ${secret}`;
  const tokens = entries(dotenv, TOKEN_PREFIX);
  const users = entries(dotenv, USER_PREFIX);
  const faults = [
    ...tokens.flatMap(([name, value]) => [
      ...nameFault(at(TOKEN_PREFIX + name), name),
      ...tokenFault(at(TOKEN_PREFIX + name), value),
    ]),
    ...users.flatMap(([name, value]) => [
      ...nameFault(at(USER_PREFIX + name), name),
      ...digestFault(at(USER_PREFIX + name), value),
    ]),
  ];
  return {
    tokens: tokens.map(([name, value]) => ({ name, value, from: fromOf(TOKEN_PREFIX + name) })),
    users: users.map(([name, digest]) => ({ name, digest })),
    faults,
  };
}
