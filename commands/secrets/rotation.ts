/** What a new value of each generated secret means, beyond the restart of who reads it: pure. */
import { SECRETS as AI } from "../../services/ai/settings";
import { SECRETS as DIFY } from "../../services/dify/settings";
import { OWN_TOKEN } from "../../services/secret-files";

/** Kept elsewhere too, or the key to data: a new value alone would lose something. */
const REFUSED: Readonly<Record<string, string>> = {
  [DIFY.key]:
    // core/tools/utils/system_oauth_encryption.py of langgenius/dify: an AES key made of SECRET_KEY.
    "Dify encrypts with it what its database keeps of tools' sign-ins, and offers no way to encrypt that anew; a new key would make it unreadable",
  [AI.adminPassword]:
    "Open WebUI reads it only when it has no user yet, and keeps its own digest; change it there: Settings → Account",
};

const NOTES: Readonly<Record<string, string>> = {
  [AI.webuiKey]: "everybody signs in at Open WebUI again",
  [AI.masterKey]: "clients of the LLM API need the new key: pulumi stack output llmProxyKey --show-secrets",
  [OWN_TOKEN]: "clients that show the stack's own token need the new one",
  [DIFY.initPassword]: "it counts only until Dify's first administrator is there",
};

/** Why a secret cannot have a new value; undefined: it can. */
export const refusal = (name: string): string | undefined => REFUSED[name];

/** What people have to know of a new value; undefined: nothing. */
export const afterwards = (name: string): string | undefined => NOTES[name];

/** Whether the database itself has to be told: its superuser's password is kept in its data. */
export const isDatabaseRoot = (name: string): boolean => name === DIFY.databaseRoot;
