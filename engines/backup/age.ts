/**
 * Encryption of archives: files of the format age (https://age-encryption.org/v1), by its author's own library. Each 64 KiB
 * are authenticated, and so is where the file ends, so that neither reading nor writing needs memory for the whole.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import { writeWhole } from "../files/write";

/** What is used of the library. */
interface Age {
  generateX25519Identity(): Promise<string>;
  identityToRecipient(identity: string): Promise<string>;
  Encrypter: new () => { addRecipient(recipient: string): void; encrypt(plain: WebStream): Promise<WebStream> };
  Decrypter: new () => { addIdentity(identity: string): void; decrypt(encrypted: WebStream): Promise<WebStream> };
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
const library = require("./age-module.js") as () => Promise<Age>;

/** An archive, or a key file, that cannot be used; nothing was touched. */
export class ArchiveFault extends Error {}

/** The secret key in a file of age-keygen's form: one line of AGE-SECRET-KEY-1…, and comments. @throws ArchiveFault */
export function readKey(file: string): string {
  if (!existsSync(file))
    throw new ArchiveFault(`there is no key file ${file}; name the one that the archive was made with: --key FILE`);
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  const [key, ...more] = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (key === undefined || more.length > 0 || !/^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]+$/.test(key))
    throw new ArchiveFault(
      `${file} is no key file: one line that begins with AGE-SECRET-KEY-1 is expected, as age-keygen writes it`,
    );
  return key;
}

/** Makes a key file, for its owner alone, where there is none; gives whether it was made. */
export async function ensureKey(file: string): Promise<boolean> {
  if (existsSync(file)) return false;
  const { generateX25519Identity, identityToRecipient } = await library();
  const key = await generateX25519Identity();
  const about = "# Opens the backups of the MCP Gateway Stack. Keep a copy where the archives are not.";
  writeWhole(file, `${about}\n# public key: ${await identityToRecipient(key)}\n${key}\n`, 0o600);
  return true;
}

/** A stream of what is encrypted for the holder of the key. */
export async function encrypted(plain: Readable, key: string): Promise<Readable> {
  const { Encrypter, identityToRecipient } = await library();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(key));
  return Readable.fromWeb(await encrypter.encrypt(Readable.toWeb(plain) as WebStream));
}

/** What an archive holds, decrypted; it fails at the first damaged part. @throws ArchiveFault for another key, or no archive */
export async function decrypted(file: string, key: string): Promise<Readable> {
  const { Decrypter } = await library();
  const decrypter = new Decrypter();
  const source = createReadStream(file);
  try {
    decrypter.addIdentity(key);
    return Readable.fromWeb(await decrypter.decrypt(Readable.toWeb(source) as WebStream));
  } catch (error) {
    source.destroy();
    const { message } = error as Error;
    if (/no identity matched/.test(message))
      throw new ArchiveFault(
        `${file} was not made with this key (or its first lines are damaged); name the right one: --key FILE`,
        { cause: error },
      );
    throw new ArchiveFault(`${file} is damaged, or no archive of a backup: ${message}`, { cause: error });
  }
}
