/** Where Pulumi's state lies, and its passphrase: the user's own choice if there is one, else a folder of this checkout. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that Pulumi needs, and the backend that they amount to. */
export interface Backend {
  readonly variables: Readonly<Record<string, string>>;
  /** Address, such as file:///home/me. */
  readonly url: string;
}

/** Where a login is kept: PULUMI_HOME may be the toolchain's own, which knows none. */
const credentialsDirectory = (env: Environment): string =>
  env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");

/** Backend that the user is logged in to; undefined: to none. @throws Error when the file cannot be understood. */
function currentLogin(directory: string): string | undefined {
  const file = path.join(directory, "credentials.json");
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current || undefined;
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as Error).message}); log in again: pulumi login`, {
      cause: error,
    });
  }
}

/** The file of a checkout's own passphrase, if it has made one. */
export const ownPassphrase = (directory: string): string => path.join(directory, "passphrase");

/** Made once. Whoever loses it can no longer read the secrets in the state, so it is never replaced. */
function passphraseFile(directory: string): string {
  const file = ownPassphrase(directory);
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  return file;
}

/** Decides about backend and passphrase; what the user has set wins. `directory` is this checkout's own, made if needed. */
export function chooseBackend(env: Environment, directory: string): Backend {
  if (env.PULUMI_BACKEND_URL) return { variables: {}, url: env.PULUMI_BACKEND_URL };
  const credentials = credentialsDirectory(env);
  const login = currentLogin(credentials);
  if (login !== undefined) return { variables: { PULUMI_CREDENTIALS_PATH: credentials }, url: login };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const url = `file://${directory}`;
  const chosen = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  const passphrase: Backend["variables"] = chosen ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(directory) };
  return { variables: { PULUMI_BACKEND_URL: url, ...passphrase }, url };
}

/** Directory of a file backend; undefined: the state is somewhere else. */
export function backendDirectory(url: string): string | undefined {
  const [, directory] = /^file:\/\/([^?]*)/.exec(url) ?? [];
  return directory?.replace(/^~(?=\/|$)/, os.homedir());
}
