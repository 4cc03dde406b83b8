/** What is done only when somebody agrees. */
import { askYes, interactive } from "./ask";

export interface Consent {
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Everything was agreed to beforehand. */
  readonly yes: boolean;
}

/** As `--yes` says, or whoever sits at the terminal. */
export const consentBy = (yes: boolean): Consent => ({ yes, ask: interactive() ? askYes : undefined });

/** @throws Error that says what was not done, when it was refused or nobody can be asked; `instead` says how to agree */
export async function requireConsent({ yes, ask }: Consent, question: string, instead: string): Promise<void> {
  if (yes) return;
  if (ask === undefined)
    throw new Error(`Nothing was changed, since nobody can be asked here. If you mean it: ${instead}`);
  if (!(await ask(question))) throw new Error("Nothing was changed.");
}
