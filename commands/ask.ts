/** What is said to the user, and asked, on standard error. */
import { createInterface } from "node:readline/promises";

/** Says one line. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Whether somebody can answer. */
export const interactive = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/** Asks on standard error; Enter means yes. */
export async function askYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|)$/i.test((await terminal.question(`${question} [Y/n] `)).trim());
  } finally {
    terminal.close();
  }
}
