/** What looks like a secret in plain text: pure. */

/** Last words of variables that hold a secret. Of S3, ACCESS_KEY alone is the name that goes with one. */
const NAME = /(^|_)(PASSWORD|PASSWD|PASS|SECRET|TOKEN|API_?KEY|SECRET_(ACCESS_)?KEY|PRIVATE_KEY|CREDENTIALS?)$/i;
/** Forms of well-known tokens, wherever they stand, and a password in a URL. */
const FORMS = [
  /\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bxox[abpr]-[A-Za-z0-9-]{10,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./,
  /[a-z]:\/\/[^/\s:@]+:[^/\s@]+@/,
];
/** What says that there is no secret, or where it is. */
const HARMLESS = /^$|^(true|false|none|null|\d{1,6})$|^\//i;

/** Whether a text has the form of a secret, whatever it is called. */
export const hasSecretForm = (text: string): boolean => FORMS.some((form) => form.test(text));

/** Whether a variable holds a secret, by its name or by its value's form. */
export const isSecret = (name: string, value: string): boolean =>
  (NAME.test(name) && !HARMLESS.test(value)) || hasSecretForm(value);

/** A JSON text in which secrets of objects, at any depth, are left out; other texts as they are, unless they look like one. */
export function withoutSecrets(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw new TypeError("plain text");
    return JSON.stringify(value, (name, part: unknown) =>
      typeof part === "string" && isSecret(name, part) ? "(not shown)" : part,
    );
  } catch {
    return hasSecretForm(text) ? "(not shown)" : text;
  }
}
