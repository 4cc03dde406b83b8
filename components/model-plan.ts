/** A model's download, as the graph plans it and as commands compare it: pure. */
import path from "node:path";
import type { DownloadPlan } from "../engines/models/plan";
import type { ModelChoice } from "../services/model-choice";
import { KINDS } from "../services/models";
import { wantedValues, type ConfigSecrets } from "../engines/files/user-secrets";

/** What a download is planned from. */
export interface ModelPlace {
  readonly choice: ModelChoice;
  /** Absolute path. */
  readonly dataDir: string;
  /** Absolute path of the dotenv file that may hold a token for the model's host; it may be missing. */
  readonly secretsFile: string;
}

/** The token is named, not told: what a file depends on is the same with another token. */
export function downloadPlan({ choice, dataDir, secretsFile }: ModelPlace): Omit<DownloadPlan, "generation"> {
  const { kind, file, url, sha256, bytes, token } = choice;
  const { directory, format, setting } = KINDS[kind];
  const target = path.join(dataDir, directory, file);
  return { url, target, format, sha256, bytes, setting, token: { file: secretsFile, name: token } };
}

/** The plan for who fetches: with the token's value, where that is a secret of the stack's config. */
export function withToken<P extends Pick<DownloadPlan, "token">>(plan: P, secrets: ConfigSecrets): P {
  const { token } = plan;
  const value = token && wantedValues(secrets, (name) => name === token.name)[token.name];
  return value === undefined ? plan : { ...plan, token: { ...token, value } };
}
