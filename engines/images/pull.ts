/** Finds out the digest of an image that the lock knows by tag only. */
import type Docker from "dockerode";
import { pullImage } from "./engine";
import { DIGEST, type ImageLock } from "./lock";
import { Step } from "./progress";
import { ReferenceError, mirrored, tagReference } from "./reference";

/**
 * Pulls an image by tag and gives the digest under which its registry has it, to be recorded as imageDigests.NAME.
 * Ask for consent first: a tag may have moved. Throws if it cannot be pulled or the engine knows no digest.
 */
export async function resolveDigest(
  docker: Docker,
  lock: ImageLock,
  name: string,
  registry: Readonly<Record<string, string>> = {},
): Promise<string> {
  const pull = lock[name]?.pull;
  if (!pull) throw new ReferenceError(`image "${name}" has no reference to pull in catalogs/images.yaml`);
  const reference = tagReference(pull, registry);
  const step = new Step(name, `pulling ${reference}`);
  try {
    await pullImage(docker, step, reference);
  } catch (error) {
    step.end("failed after");
    throw new Error(`${reference} could not be pulled: ${(error as Error).message}`, { cause: error });
  }
  step.end("pulled in");
  const { RepoDigests } = await docker.getImage(reference).inspect();
  return digestOf(RepoDigests ?? [], mirrored(pull.reference, registry), reference);
}

/** Engines write Docker Hub's names in short: docker.io/library/x is x, docker.io/a/x is a/x. */
const short = (repository: string): string => repository.replace(/^docker\.io\/(library\/)?/, "");

/** The digest of `repository` among an engine's repository digests; throws if there is none. */
export function digestOf(repoDigests: readonly string[], repository: string, reference: string): string {
  const found = repoDigests
    .map((entry) => entry.split("@"))
    .find(([name]) => short(name ?? "") === short(repository))?.[1];
  if (found && DIGEST.test(found)) return found;
  throw new Error(
    `the engine knows no registry digest of ${reference} (it has: ${repoDigests.join(", ") || "none"}); pull it again`,
  );
}
