/** How the stack's own commands sign in where clients have to. */
import type { Config } from "../config";
import { ownToken } from "../engines/files/access";
import { OWN_TOKEN } from "../services/secret-files";

/** Headers of a request to the MCP endpoints of a stack; none where nobody has to sign in, or the stack was never up. */
export function signInHeaders({ auth, dataDir }: Pick<Config, "auth" | "dataDir">): Readonly<Record<string, string>> {
  const token = auth === "none" ? undefined : ownToken(dataDir, OWN_TOKEN);
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}
