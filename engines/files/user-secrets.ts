/**
 * Secrets of the user's: lines of the file `secretsFile`, and values of the stack's own config, `secrets.NAME`. This is the one
 * place that knows that there are two.
 */
import { readText } from "./read-text";

/** Value by name. */
export type SecretValues = Readonly<Record<string, string>>;

/** Secrets of the stack's config: their names are plain in its file, their values are encrypted. */
export interface ConfigSecrets {
  readonly names: readonly string[];
  /**
   * Decrypts. A function, so that names cost nothing, and no copy, message or JSON of a config holds a value.
   * @throws Error when they cannot be decrypted
   */
  readonly values: () => SecretValues;
}

/** Both places that user secrets come from. A name has to be in one of them only. */
export interface SecretSource {
  /** Absolute path of a dotenv file; it may be missing. */
  readonly file: string;
  readonly config: ConfigSecrets;
}

export const NO_SECRETS: ConfigSecrets = { names: [], values: () => ({}) };

/** Secrets whose values are at hand. */
export const knownSecrets = (values: SecretValues): ConfigSecrets => ({
  names: Object.keys(values),
  values: () => values,
});

/** The source of a config. */
export const secretSource = (from: {
  readonly secretsFile: string;
  readonly secrets: ConfigSecrets;
}): SecretSource => ({ file: from.secretsFile, config: from.secrets });

/** The values of the config whose names are wanted. Nothing is decrypted when none is. */
export function wantedValues({ names, values }: ConfigSecrets, isWanted: (name: string) => boolean): SecretValues {
  const wanted = names.filter(isWanted);
  if (wanted.length === 0) return {};
  const all = values();
  return Object.fromEntries(wanted.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** Names that have a value in a dotenv text, by the gateway's own rule: NAME=VALUE, # begins a comment line. */
export function secretNamesOf(dotenv: string): string[] {
  const lines = dotenv.split(/\r?\n/).filter((line) => !line.startsWith("#"));
  return lines.flatMap((line) => /^([^=]+)=.*\S/.exec(line)?.[1] ?? []);
}

/** Names that have a value in the file. */
export const namesInFile = ({ file }: Pick<SecretSource, "file">): string[] => secretNamesOf(readText(file) ?? "");

/** Names that have a value in either place; nothing is decrypted. */
export const userSecretNames = (source: SecretSource): string[] => [
  ...new Set([...namesInFile(source), ...source.config.names]),
];

/** The file's text, and lines for those secrets of the config that are wanted. @throws Error when they cannot be decrypted */
export function userSecretsText({ file, config }: SecretSource, isWanted: (name: string) => boolean): string {
  const text = readText(file) ?? "";
  const lines = Object.entries(wantedValues(config, isWanted)).map(([name, value]) => `${name}=${value}\n`);
  return lines.length === 0 ? text : [text, ...(text === "" || text.endsWith("\n") ? [] : ["\n"]), ...lines].join("");
}

/**
 * A source as a process gets it by standard input. A path alone holds no value; with `given`, what holds it has to be
 * marked as a secret.
 */
export type SentSource = string | { readonly file: string; readonly given: SecretValues };

/** What a process needs of a source. */
export function sentSource({ file, config }: SecretSource, isWanted: (name: string) => boolean): SentSource {
  const given = wantedValues(config, isWanted);
  return Object.keys(given).length === 0 ? file : { file, given };
}

/** The source that a process was sent. */
export const receivedSource = (sent: SentSource): SecretSource =>
  typeof sent === "string" ? { file: sent, config: NO_SECRETS } : { file: sent.file, config: knownSecrets(sent.given) };
