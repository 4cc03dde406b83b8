/** The salt in a stack's config file, by which Pulumi tells whether a passphrase is the right one. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { requireConsent, type Consent } from "./consent";
import { stackFile } from "./stack-config";
import { writeWhole } from "./write-file";

/** Keys whose values are encrypted. */
export function encryptedKeys(text: string): string[] {
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  return Object.keys(config ?? {}).filter((key) => JSON.stringify(config[key])?.includes('"secure":'));
}

/** The same file without the salt: the next command makes another one, by the passphrase that is set then. */
export const withoutSalt = (text: string): string => text.replace(/^encryptionsalt:.*\n?/m, "");

/**
 * For a checkout that has just made its first passphrase: a stack's file that came with it, from git, has the salt of another
 * checkout's. Where nothing is encrypted by that one, the file gets a salt of its own.
 */
export function dropForeignSalt(stack: string, say: (line: string) => void): void {
  const file = stackFile(stack);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (withoutSalt(text) === text || encryptedKeys(text).length > 0) return;
  say(
    `${file} came with the salt of another checkout's passphrase, and nothing in it is encrypted: it gets one of its own`,
  );
  writeWhole(file, withoutSalt(text));
}

/**
 * Lets a stack whose passphrase is lost have another one.
 *
 * @throws Error without consent, or when values are encrypted by the lost one
 */
export async function forgetPassphrase(stack: string, consent: Consent, say: (line: string) => void): Promise<void> {
  const file = stackFile(stack);
  const text = readFileSync(file, "utf8");
  const keys = encryptedKeys(text);
  if (keys.length > 0) {
    throw new Error(
      `Nothing was changed: ${file} has values that only its passphrase can read: ${keys.join(", ")}. Set that passphrase ` +
        `(PULUMI_CONFIG_PASSPHRASE), or remove these keys from the file, run this again, and set them anew`,
    );
  }
  say(`${file} was made with another passphrase. Nothing in it is encrypted, so it can have the one that is set now.`);
  await requireConsent(consent, "Go on?", "npm run recover -- --yes");
  writeWhole(file, withoutSalt(text));
}
