/** Where archives and their key lie. */
import path from "node:path";
import { PROJECT_ROOT } from "../../engines/project-root";

/** Environment variable that names the key file. */
export const KEY_VARIABLE = "MCP_BACKUP_KEY_FILE";

/** End of the names of archives. */
export const EXTENSION = ".tar.gz.age";
/** Part of the names of archives that `up` makes. */
const BEFORE_UP = "-before-up";
/** How many of those are kept of one stack. */
export const KEPT = 5;

/** The key file: the one that is named, else one of this checkout, beside Pulumi's own passphrase. */
export const keyFile = (given: string | undefined, env: NodeJS.ProcessEnv): string =>
  path.resolve(given ?? (env[KEY_VARIABLE] || path.join(PROJECT_ROOT, ".state", "backup.key")));

/** Name of an archive: no colons, which some file systems do not have. */
export const archiveName = (stack: string, time: Date, beforeUp: boolean): string =>
  `${stack}-${time.toISOString().slice(0, 19).replaceAll(":", "-")}Z${beforeUp ? BEFORE_UP : ""}${EXTENSION}`;

/** Of the names in a directory, the archives that `up` made of a stack and that newer ones have taken the place of. */
export function outdated(names: readonly string[], stack: string): string[] {
  const own = names.filter((name) => {
    const time = name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : "";
    return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ/.test(time) && time.endsWith(`${BEFORE_UP}${EXTENSION}`);
  });
  return own.sort().slice(0, -KEPT);
}
