/** What is said to the user, and asked, on standard error. */
import { createInterface } from "node:readline/promises";

/** Says one line. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Whether somebody can answer. */
export const interactive = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/**
 * Asks on standard error; gives the answer without space around it.
 * @throws Error when the user ends the question (Ctrl-C, Ctrl-D) instead
 */
export async function askText(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Older Node.js leaves such a question pending for ever, newer ones reject it at Ctrl-C.
  // An answer and the end of input may come together: the answer counts.
  const closed = new Promise<undefined>((resolve) => terminal.once("close", () => setImmediate(resolve, undefined)));
  const asked = terminal.question(`${question} `).catch(() => undefined);
  const answer = await Promise.race([asked, closed]);
  terminal.close();
  if (answer !== undefined) return answer.trim();
  process.stderr.write("\n"); // The cursor is behind the question.
  throw new Error("Nothing was changed: the question was not answered; repeat the command to be asked again");
}

/** Asks on standard error; Enter means yes. */
export const askYes = async (question: string): Promise<boolean> =>
  /^(y|yes|)$/i.test(await askText(`${question} [Y/n]`));
