/**
 * The config key `secrets`: names are plain in the stack's file, values are encrypted there. Pulumi decrypts them for the
 * program; commands have the file, and ask Pulumi for values only when they need one. No value is in any message.
 */
import { KEYS } from "./config-keys";
import { knownSecrets, type ConfigSecrets, type SecretValues } from "./engines/files/user-secrets";
import { SECRET_NAME, secretPath, setSecretCommand } from "./services/user-secrets";

export const SECRETS_KEY = "secrets";

/** The key as it was read; with faults its values must not be used. */
export interface ReadSecrets extends ConfigSecrets {
  /** One line each. */
  readonly faults: readonly string[];
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands for an encrypted value in a stack's file. */
const isSealed = (value: unknown): boolean =>
  isMap(value) && Object.keys(value).join() === "secure" && typeof value["secure"] === "string";

const nameFaults = (names: readonly string[]): string[] =>
  names
    .filter((name) => !SECRET_NAME.test(name))
    .map(
      (name) =>
        `secrets: "${name}" is no name of a secret; use letters, digits, _ . and -, such as GITHUB_TOKEN or brave.api_key`,
    );

const plainFault = (name: string): string =>
  `secrets.${name}: is not encrypted in the stack's file; give it a new value, for whoever has the file may know this one: ${setSecretCommand(name)} (the value comes by standard input)`;

/** Names in names: Pulumi takes a dot of a path that is not quoted for a step. */
const nestedFault = (name: string, inner: Readonly<Record<string, unknown>>): string =>
  `secrets.${name}: has names below it, because the dot in a name was not quoted; remove it: pulumi config rm --path ${secretPath(name)}, then ${setSecretCommand(`${name}.${Object.keys(inner)[0] ?? "NAME"}`)}`;

function sealFault(name: string, value: unknown): string[] {
  if (isSealed(value)) return [];
  return [isMap(value) ? nestedFault(name, value) : plainFault(name)];
}

/** What a stack's file has below `secrets`: names, and why it cannot be used. */
export function sealedSecrets(value: unknown): Omit<ReadSecrets, "values"> {
  if (value === undefined || value === null) return { names: [], faults: [] };
  if (!isMap(value) || isSealed(value)) {
    const why = isMap(value) ? "is one encrypted value, whose names cannot be told" : "is not a map of names";
    const again = `remove it: pulumi config rm secrets, then set each by its name: ${setSecretCommand("NAME")}`;
    return { names: [], faults: [`secrets: ${why}; ${again}`] };
  }
  const names = Object.keys(value);
  return { names, faults: [...nameFaults(names), ...names.flatMap((name) => sealFault(name, value[name]))] };
}

function valueFault(name: string, value: unknown): string[] {
  if (typeof value !== "string") return [isMap(value) ? nestedFault(name, value) : plainFault(name)];
  if (value.trim() === "")
    return [`secrets.${name}: is empty; set a value, or remove it: pulumi config rm --path ${secretPath(name)}`];
  return /[\r\n\0]/.test(value)
    ? [
        `secrets.${name}: the value has more than one line, which no line of an environment file can hold; set another: ${setSecretCommand(name)}`,
      ]
    : [];
}

/** Decrypted values, from the JSON text in which Pulumi gives them. */
export function openedSecrets(json: string | undefined): {
  readonly values: SecretValues;
  readonly faults: readonly string[];
} {
  const parsed = json === undefined ? {} : (JSON.parse(json) as unknown);
  const found = isMap(parsed) ? Object.entries(parsed) : [];
  const faults = found.flatMap(([name, value]) => valueFault(name, value));
  return { values: Object.fromEntries(found.map(([name, value]) => [name, String(value)])), faults };
}

/** A key `secrets.NAME` of its own, as `config set` makes it without --path; undefined: it is none. */
export const pathlessFault = (key: string): string | undefined => {
  const [, name] = /^secrets\.(.+)$/.exec(key) ?? [];
  return name === undefined
    ? undefined
    : `${key}: was set without --path, so it is a key of its own; remove it: pulumi config rm ${key}, then ${setSecretCommand(name)}`;
};

/** Why an encrypted key cannot be used. */
export function encryptedFault(key: string): string {
  if (Object.hasOwn(KEYS, key))
    return `${key}: is set as a secret, which only Pulumi can read; set it again: pulumi config set --plaintext ${key} VALUE`;
  return (
    pathlessFault(key) ??
    `${key}: is set as a secret, but there is no such key; remove it: pulumi config rm ${key}. Secrets of yours have names below secrets: ${setSecretCommand("NAME")}`
  );
}

/** One key as Pulumi gives it to the program: decrypted. */
export interface GivenKey {
  /** Without namespace. */
  readonly key: string;
  readonly value: string;
  readonly secret: boolean;
}

/**
 * The config of a running program without the values that must not be seen.
 *
 * @param inFile what the stack's file has below `secrets`; undefined where there is no such file: then one plain value beside an
 *   encrypted one cannot be told, since Pulumi calls the whole key secret
 */
export function givenConfig(given: readonly GivenKey[], inFile: unknown) {
  const own = given.find(({ key }) => key === SECRETS_KEY);
  const { values, faults } = openedOrFault(own?.value);
  const hidden = inFile === undefined ? [] : sealedSecrets(inFile).faults;
  const plain = own !== undefined && !own.secret && hidden.length === 0 ? Object.keys(values).map(plainFault) : [];
  const others = given.filter(({ key }) => key !== SECRETS_KEY);
  const encrypted = others.filter(({ secret }) => secret).map(({ key }) => encryptedFault(key));
  const secrets: ReadSecrets = {
    ...knownSecrets(values),
    faults: [...new Set([...hidden, ...plain, ...nameFaults(Object.keys(values)), ...faults, ...encrypted])],
  };
  const set = Object.fromEntries(others.filter(({ secret }) => !secret).map(({ key, value }) => [key, value]));
  return { set, secrets };
}

function openedOrFault(json: string | undefined): ReturnType<typeof openedSecrets> {
  try {
    return openedSecrets(json);
  } catch {
    return { values: {}, faults: sealedSecrets("").faults };
  }
}
