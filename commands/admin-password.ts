/** The generated password of Open WebUI's administrator: shown once, by the run that made it. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Config } from "../config";
import { secretDirectory, VALUE_FILE } from "../engines/files/layout";
import { SECRETS } from "../services/ai/settings";

const passwordFile = ({ dataDir }: Pick<Config, "dataDir">): string =>
  path.join(secretDirectory(dataDir, SECRETS.adminPassword), VALUE_FILE);

/** Asked before an update: gives what is to be said after it, if that update makes the password. */
export function newPassword(config: Pick<Config, "dataDir" | "webuiAdminEmail">): () => string | undefined {
  const file = passwordFile(config);
  if (existsSync(file)) return () => undefined;
  return () =>
    existsSync(file)
      ? `Open WebUI: sign in as ${config.webuiAdminEmail} with the password ${readFileSync(file, "utf8")} (shown once; kept in ${file})`
      : undefined;
}
