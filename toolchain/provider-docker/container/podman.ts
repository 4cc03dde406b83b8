/** Podman's answers, as far as they say in other words what it was asked for. */
import type { Properties } from "../schema/types";

/**
 * Seen with Podman 4.3.1: `localhost/` before the names of local images, ALL as a list of capabilities, no-new-privileges without its
 * value, no options of logs, scratch space with options and directories of Podman's own, mounts as `Binds`, signals as numbers.
 * A container keeps what it was made with, so nothing that could have changed is overlooked.
 */
const OTHER_WORDS = ["image", "capabilities", "securityOpts", "logOpts", "tmpfs", "mounts", "stopSignal"];

/** What was read, with the state's words for what Podman says otherwise. */
export function inWordsOfState(read: Properties, state: Properties): Properties {
  const kept = OTHER_WORDS.filter((name) => state[name] !== undefined).map((name) => [name, state[name]] as const);
  return { ...read, ...Object.fromEntries(kept) };
}
