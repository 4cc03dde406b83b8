/** What is said to the user, and asked, on standard error. */
import { createInterface } from "node:readline/promises";

/** Says one line. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Whether somebody can answer. */
export const interactive = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/** Asks on standard error; gives the answer without space around it. */
export async function askText(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} `)).trim();
  } finally {
    terminal.close();
  }
}

/** Asks on standard error; Enter means yes. */
export const askYes = async (question: string): Promise<boolean> =>
  /^(y|yes|)$/i.test(await askText(`${question} [Y/n]`));
