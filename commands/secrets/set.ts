/** Writes one line of the user's secrets file. */
import { existsSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";
import { readText } from "../../engines/files/layout";
import { writeWhole } from "../../engines/files/write";
import { SECRET_NAME } from "../../services/user-secrets";
import { targetOf } from "../write-file";

/** The text with the line NAME=VALUE in place of the last one of that name, or at its end; all others stay. Pure. */
export function withSecret(dotenv: string, name: string, value: string): string {
  const lines = dotenv === "" ? [] : dotenv.replace(/\n$/, "").split("\n");
  const at = lines.findLastIndex((line) => line.startsWith(`${name}=`));
  const line = `${name}=${value}`;
  const written = at < 0 ? [...lines, line] : lines.map((old, index) => (index === at ? line : old));
  return `${written.join("\n")}\n`;
}

/** The value that came by standard input. @throws Error that says what is wrong with it, and never repeats it */
async function given(name: string): Promise<string> {
  if (process.stdin.isTTY)
    process.stderr.write(`Paste the value of ${name}, then Enter and Ctrl-D (it is shown while you type):\n`);
  const value = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (value === "")
    throw new Error(`${name}: no value came; give it by standard input: npm run -s secrets -- set ${name} < FILE`);
  if (/[\r\n\0]/.test(value))
    throw new Error(`${name}: the value has more than one line, which no line of a secrets file can hold`);
  return value;
}

/** Sets NAME in the secrets file, which stays (or becomes) its owner's alone; a link to it stays one. @throws Error for a bad name or value */
export async function setInFile(file: string, name: string): Promise<void> {
  if (!SECRET_NAME.test(name))
    throw new Error(
      `"${name}" is no name of a secret; use letters, digits, _, . and -, such as GITHUB_TOKEN or brave.api_key`,
    );
  const target = targetOf(file);
  const value = await given(name);
  const mode = existsSync(target) ? statSync(target).mode & 0o700 : 0o600;
  writeWhole(target, withSecret(readText(target) ?? "", name, value), mode);
}
