/** Values of secrets in a stack's config, from Pulumi: it alone knows how they are encrypted, and with which key. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { openedSecrets, SECRETS_KEY } from "../config-secrets";
import type { SecretValues } from "../engines/files/user-secrets";
import { PROJECT_ROOT } from "../engines/images/lock";

/** What `pulumi config --json` says of a key. */
type Shown = Readonly<Record<string, { readonly value?: string }>>;

/** Another process of ours, since finding Pulumi waits, and whoever reads a config does not. About one and a half seconds. */
function decrypt(stack: string): SecretValues {
  const args = ["pulumi", "config", "--show-secrets", "--json", "--non-interactive", "--stack", stack];
  const entry = path.join(PROJECT_ROOT, "commands/entry.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0)
    throw new Error(
      `the secrets in Pulumi.${stack}.yaml cannot be decrypted; set the passphrase that they were encrypted with ` +
        `(PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE). Pulumi says: ${stderr.trim().split("\n").at(-1)}`,
    );
  const key = Object.entries(JSON.parse(stdout) as Shown).find(([name]) => name.endsWith(`:${SECRETS_KEY}`));
  const { values, faults } = openedSecrets(key?.[1].value);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return values;
}

const known = new Map<string, SecretValues>();

/**
 * Asks when a value is wanted first, and once for the same encrypted values.
 *
 * @param sealed what the stack's file has below `secrets`
 */
export function decrypting(stack: string, sealed: unknown): () => SecretValues {
  const key = JSON.stringify([stack, sealed]);
  return () => {
    const values = known.get(key) ?? decrypt(stack);
    known.set(key, values);
    return values;
  };
}
