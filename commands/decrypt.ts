/** Values of secrets in a stack's config, from Pulumi: it alone knows how they are encrypted, and with which key. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { openedSecrets } from "../config-secrets";
import type { SecretValues } from "../engines/files/user-secrets";
import { PROJECT_ROOT } from "../engines/project-root";

/** What `pulumi config --json` says of a key. */
type Shown = Readonly<Record<string, { readonly value?: string } | undefined>>;

/** Another process of ours, since finding Pulumi waits, and whoever reads a config does not. About one and a half seconds. */
function decrypt(stack: string, key: string): SecretValues {
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
  const { values, faults } = openedSecrets((JSON.parse(stdout) as Shown)[key]?.value);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return values;
}

const known = new Map<string, SecretValues>();

/**
 * Asks when a value is wanted first, and once for the same encrypted values.
 *
 * @param key of the config, with namespace
 * @param sealed what the stack's file has there
 */
export function decrypting(stack: string, key: string, sealed: unknown): () => SecretValues {
  const about = JSON.stringify([stack, sealed]);
  return () => {
    const values = known.get(about) ?? decrypt(stack, key);
    known.set(about, values);
    return values;
  };
}
