/** Images that the lock knows by tag only: pulled once, with consent, and pinned in the stack's config. */
import type Docker from "dockerode";
import type { Config } from "../config";
import { readLock, referenceParts, type ImageLock } from "../engines/images/lock";
import { resolveDigest } from "../engines/images/pull";
import type { Consent } from "./consent";

/** Those of the `used` images that are pulled, and have a digest neither in the lock nor in the config. */
export function unpinned(
  { imageSource, imageDigests }: Pick<Config, "imageSource" | "imageDigests">,
  lock: ImageLock,
  used: readonly string[],
): string[] {
  if (imageSource !== "pull") return [];
  const isUnpinned = (name: string): boolean => {
    const pull = lock[name]?.pull;
    return pull != null && referenceParts(pull.reference)?.digest === undefined && imageDigests[name] === undefined;
  };
  return used.filter(isUnpinned);
}

async function consented(name: string, reference: string, { ask, yes }: Consent): Promise<void> {
  const how = `pulumi config set --path 'imageDigests["${name}"]' sha256:…`;
  const why = `No digest of ${reference} is known. It would be pulled by its tag once, and the digest it has now be pinned`;
  if (yes) return void process.stderr.write(`${why}: yes, as told\n`);
  if (ask === undefined)
    throw new Error(`${why}. Nobody can be asked here: run npm run up -- --yes, or set it yourself: ${how}`);
  if (!(await ask(`${why}. Go on?`))) throw new Error(`${name} has no digest; set one yourself: ${how}`);
}

/** Finds out the digests of `names`; gives them by name. @throws Error without consent, or if one cannot be pulled. */
export async function findDigests(
  docker: Docker,
  config: Config,
  names: readonly string[],
  consent: Consent,
): Promise<Record<string, string>> {
  const lock = readLock();
  const found: Record<string, string> = {};
  for (const name of names) {
    await consented(name, lock[name]?.pull?.reference ?? name, consent);
    found[name] = await resolveDigest(docker, lock, name, config.imageRegistry);
  }
  return found;
}
