/** Finds out the digest of an image that the lock knows by tag only, and says what to do about pulls that fail. */
import type Docker from "dockerode";
import { pullImage } from "./engine";
import { Layers } from "./layers";
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
  const layers = new Layers();
  try {
    await pullImage(docker, reference, (message) => {
      layers.add(message);
      step.note(`pulling ${reference}: ${layers}`);
    });
  } catch (error) {
    step.end("failed after");
    throw pullFault(name, reference, error);
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

/** What engines say when the registry answers and does not have it: "manifest unknown", "… not found". */
const ABSENT = /manifest unknown|not found/i;

/** The client library's own words before the engine's. */
const CLIENT_PREFIX = /^\(HTTP code \d+\) [^-]*- /;

/** What the engine said, without what its client library put before it. */
export const engineWords = (error: unknown): string => (error as Error).message.replace(CLIENT_PREFIX, "").trim();

/** The error of a pull that failed, with what to do about it. */
export function pullFault(name: string, reference: string, error: unknown): Error {
  const why = engineWords(error);
  const cure = ABSENT.test(why)
    ? `The registry does not have it. Set a digest that it has: pulumi config set --path 'imageDigests["${name}"]' sha256:…\n` +
      "or another mirror: imageRegistry"
    : "Try again. Behind a mirror set imageRegistry; where a registry asks for a login, docker pull it by hand first; " +
      "without any registry: pulumi config set imageSource build";
  return new Error(`image "${name}" (${reference}) could not be pulled: ${why}\n${cure}`, { cause: error });
}
