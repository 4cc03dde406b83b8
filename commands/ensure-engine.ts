/** The engine, installed and started first where there is none and the user agrees. */
import type { Config } from "../config";
import { offerEngine, type OfferOptions } from "../engines/install";
import { EngineNotFound, type EngineAddress } from "../engines/locate";
import { findEngine } from "../prepare";
import { askYes, say } from "./ask";

/** Finds it, or offers one. @throws Error that says what to install */
export async function ensureEngine(
  config: Pick<Config, "containerSocket">,
  consent: Pick<OfferOptions, "yes" | "interactive">,
): Promise<EngineAddress> {
  try {
    return await findEngine(config);
  } catch (error) {
    if (!(error instanceof EngineNotFound)) throw error;
    say(error.message);
    await offerEngine({ ...consent, say, ask: askYes });
    return findEngine(config);
  }
}
