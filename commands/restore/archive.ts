/** An archive that was read to its end, and what of it is small. */
import path from "node:path";
import { text } from "node:stream/consumers";
import { readAll } from "../backup/progress";
import { CONFIG, FILES, POSTGRES, SECRETS, type Manifest } from "../../engines/backup/format";
import type { SecretValues } from "../../engines/files/user-secrets";

export interface Verified {
  readonly file: string;
  readonly key: string;
  readonly manifest: Manifest;
  /** Text of Pulumi.STACK.yaml. */
  readonly config: string;
  /** Secrets of the config. */
  readonly secrets: SecretValues;
  /** Texts of the user's own files, by the config key that names them. */
  readonly files: Readonly<Record<string, string>>;
  readonly hasDump: boolean;
  readonly entries: number;
  readonly bytes: number;
}

/** @throws ArchiveFault unless all of it is whole; nothing is written */
export async function verify(file: string, key: string): Promise<Verified> {
  const texts = new Map<string, string>();
  const { manifest, sums, bytes } = await readAll(file, key, async ({ name }, content) => {
    if ([CONFIG, SECRETS].includes(name) || name.startsWith(FILES)) texts.set(name, await text(content));
  });
  const files = [...texts].flatMap(([name, content]) =>
    name.startsWith(FILES) ? [[name.slice(FILES.length), content]] : [],
  );
  return {
    file: path.resolve(file),
    key,
    manifest,
    config: texts.get(CONFIG) ?? "",
    secrets: JSON.parse(texts.get(SECRETS) ?? "{}") as SecretValues,
    files: Object.fromEntries(files) as Record<string, string>,
    hasDump: sums.some(({ name }) => name.startsWith(POSTGRES)),
    entries: sums.length,
    bytes,
  };
}
